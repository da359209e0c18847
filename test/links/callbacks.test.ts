import { expect } from 'chai';
import type { Remote, Tonic } from '../../src/index.js';
import { collectGarbage, stillHeld } from '../support/memory.js';
import { Caller, callingWith } from './thread/programs/calls-main.js';
import type { Echo, Part } from './thread/programs/calls-threads.js';

describe('a function given to another thread', () => {
  const calling = callingWith(['one', 'two']);

  async function hears(word: string, body: () => void): Promise<readonly any[]> {
    await calling.caller.inSparkle(body);
    return calling.caller.heard.on(word);
  }

  /** Another Tonic of the main thread. */
  async function newCaller(name: string): Promise<Caller> {
    return calling.caller.inSparkle(() => new Caller({ name }));
  }

  /** Collects garbage in a thread, and lets it say what it has to, until something holds. */
  async function collectUntil(echo: Remote<Echo>, holds: () => boolean | Promise<boolean>): Promise<void> {
    const { caller } = calling;
    for (let n = 0; n < 100 && !(await holds()); n++) {
      const word = `collected ${n}`;
      await hears(word, () => echo.ttsc__collectGarbage(word));
      caller.heard.events.length = 0;
    }
    expect(await holds()).to.be.true;
  }

  describe('is called back', () => {
    it('in the thread that gave it, with what it was called with', async () => {
      const { caller, one } = calling;
      let here = 0;
      await caller.inSparkle(() =>
        one.ttsc__call(
          (n: number, bytes: Buffer) => {
            here += n;
            caller.heard.push('called', bytes);
          },
          42,
          Buffer.from('b'),
        ),
      );
      expect(await caller.heard.on('called')).to.deep.equal([Buffer.from('b')]);
      expect(here).to.equal(42);
    });

    it('at any depth of an argument', async () => {
      const { caller, one } = calling;
      const [{ list }] = await hears('deep', () =>
        one.ttsc__echo('deep', { list: [1, { call: (word: string) => caller.heard.push(word) }] }),
      );
      list[1].call('called');
      await caller.heard.on('called');
    });

    it('as a sparkle of the Tonic that gave it, with the other thread as the source', async () => {
      const { caller, one } = calling;
      let source: Tonic['source'];
      await hears('called', () =>
        one.ttsc__call(() => {
          ({ source } = caller);
          // Here it may infuse.
          caller.heard.push('called', new Caller({ name: 'infused there' }).base);
        }),
      );
      expect(source!.tonic).to.equal(one);
      expect(source!.sparkle).to.equal('ttsc__call');
      expect(caller.heard.all('called')).to.deep.equal([[caller]]);
    });

    it('not at once, and not while a sparkle runs', async () => {
      const { caller, one } = calling;
      let running = false;
      const seen: boolean[] = [];
      for (let n = 0; n < 50; n++) {
        await caller.inSparkle(() => {
          running = true;
          one.ttsc__call(() => void seen.push(running));
          running = false;
        });
      }
      await caller.told(one, 'afterwards');
      expect(seen).to.deep.equal(Array<boolean>(50).fill(false));
    });

    it('as often as it is called, in order with other calls from there', async () => {
      const { caller, one } = calling;
      const order: string[] = [];
      await caller.inSparkle(() => one.ttsc__callOften((n) => caller.heard.push('back', n), 1_000));
      await caller.told(one, 'afterwards');
      for (const { name, args } of caller.heard.events.slice(0, 2_000)) order.push(`${name} ${args[0] as number}`);
      expect(order).to.deep.equal(Array.from({ length: 1_000 }, (_, n) => [`back ${n}`, `between ${n}`]).flat());
    });

    it('from the main thread where a thread gave it, and may be given a function in turn', async () => {
      const { caller, one } = calling;
      const [add] = (await hears('adder', () => one.ttsc__adder('adder'))) as [
        (n: number, back: (sum: number) => void) => void,
      ];
      await caller.inSparkle(() => {
        for (const n of [1, 2, 3]) add(n, (sum) => caller.heard.push('sum', sum));
      });
      await caller.heard.on('sum', 3);
      expect(caller.heard.all('sum')).to.deep.equal([[1], [3], [6]]);
    });

    it('from a third thread that it was handed on to', async () => {
      const { caller, one, two } = calling;
      const [handedOn] = (await hears('handed on', () =>
        one.ttsc__echo('handed on', (word: string) => caller.heard.push(word)),
      )) as [(word: string) => void];
      await hears('called', () => two.ttsc__call(handedOn, 'called'));
    });

    it('for the Catalyst where no sparkle gave it', async () => {
      const { app, caller, one } = calling;
      let source: unknown;
      one.ttsc__call(() => {
        source = app.main.source?.tonic;
        caller.heard.push('called');
      });
      await caller.heard.on('called');
      expect(source).to.equal(one);
    });
  });

  it('that throws fails the Tonic that gave it', async () => {
    const { caller, one } = calling;
    const [error] = await hears('onFailure', () =>
      one.ttsc__call(() => {
        throw new RangeError('in the callback');
      }),
    );
    expect(error).to.be.instanceOf(RangeError);
    expect((error as Error).message).to.equal('in the callback');
    // And not the one that called it.
    expect(await caller.told(one, 'goes on')).to.deep.equal([]);
  });

  it('does nothing once its Tonic has finished, which is counted', async () => {
    const { caller, one, links } = calling;
    const short = await newCaller('short');
    let called = false;
    await short.inSparkle(() => one.ttsc__keep(() => (called = true)));
    await hears('onInfusionFinished', () => short.ttsc__finish());
    const before = links.undelivered;
    await caller.inSparkle(() => one.ttsc__callKept());
    await caller.told(one, 'afterwards');
    expect(called).to.be.false;
    expect(links.undelivered).to.equal(before + 1);
  });

  it('is let go of when its Tonic finishes', async () => {
    const { one } = calling;
    const short = await newCaller('short');
    const refs: WeakRef<object>[] = [];
    const before = calling.callbacksIn(one);
    await short.inSparkle(() => {
      const callback = (): void => {};
      refs.push(new WeakRef(callback));
      one.ttsc__keep(callback);
    });
    expect(calling.callbacksIn(one)).to.equal(before + 1);
    await hears('onInfusionFinished', () => short.ttsc__finish());
    expect(calling.callbacksIn(one)).to.equal(before);
    await calling.caller.told(one, 'afterwards');
    expect(await stillHeld(refs)).to.equal(0);
  });

  it('is let go of when nobody over there has it any more', async () => {
    const { caller, one } = calling;
    await collectUntil(one, () => calling.callbacksIn(one) === 0);
    const refs: WeakRef<object>[] = [];
    await caller.inSparkle(() => {
      const callbacks = Array.from({ length: 100 }, () => (): void => {});
      refs.push(...callbacks.map((callback) => new WeakRef(callback)));
      one.ttsc__keep(...callbacks);
    });
    await hears('collected', () => one.ttsc__collectGarbage('collected'));
    expect(calling.callbacksIn(one), 'while it is kept').to.equal(100);
    await caller.inSparkle(() => one.ttsc__keep());
    await collectUntil(one, () => calling.callbacksIn(one) === 0);
    expect(await stillHeld(refs)).to.equal(0);
  });

  it('goes on while somebody over there has it, however much garbage is collected', async () => {
    const { caller, one } = calling;
    await caller.inSparkle(() => one.ttsc__keep((word: string) => caller.heard.push(word)));
    for (let n = 0; n < 5; n++) {
      collectGarbage();
      await hears(`collected ${n}`, () => one.ttsc__collectGarbage(`collected ${n}`));
    }
    await hears('still called', () => one.ttsc__callKept('still called'));
  });

  it('is let go of with the thread that it was given to', async () => {
    const { caller } = calling;
    const refs: WeakRef<object>[] = [];
    const [short] = (await caller.startEchos('short')) as [Remote<Echo>];
    await caller.inSparkle(() => {
      const callback = (): void => {};
      refs.push(new WeakRef(callback));
      short.ttsc__keep(callback);
    });
    await hears('onInfusionFinished', () => short.ttsc__finish());
    expect(await stillHeld(refs)).to.equal(0);
  });

  describe('that is a bound sparkle', () => {
    it('calls its Tonic', async () => {
      const { caller, one } = calling;
      await hears('over bound', () => one.ttsc__call(caller.bind('ttse__told'), 'over bound', 1));
      expect(caller.heard.all('over bound')).to.deep.equal([[1]]);
      expect(caller.sources.get('over bound')!.tonic).to.equal(one);
    });

    it('tells over there whose and which it is', async () => {
      const { caller, one } = calling;
      const described = await hears('described', () => one.ttsc__describe('described', caller.bind('ttse__told')));
      expect(described).to.deep.equal([caller, 'ttse__told']);
    });

    it('calls a Tonic of a thread from the main one', async () => {
      const { caller, one } = calling;
      const [part] = (await hears('part', () => one.ttsc__make('part'))) as [Remote<Part>];
      const [bound] = await hears('bound', () => one.ttsc__boundOfPart('bound'));
      expect(bound.tonic).to.equal(part);
      expect(bound.sparkle).to.equal('ttsc__note');
      (bound as (word: string) => void)('noted');
      expect(await caller.heard.on('noted')).to.deep.equal(['from a part']);
    });

    it('comes home as one of its Tonic', async () => {
      const { caller, one } = calling;
      const [home] = await hears('home', () => one.ttsc__echo('home', { bound: caller.bind('ttse__told') }));
      expect(home.bound.tonic).to.equal(caller);
      expect(home.bound.sparkle).to.equal('ttse__told');
      home.bound('called');
      await caller.heard.on('called');
    });

    it('works in a third thread, without the second', async () => {
      const { caller, one, two } = calling;
      await hears('part', () => one.ttsc__make('part'));
      const [bound] = await hears('bound', () => one.ttsc__boundOfPart('bound'));
      await hears('noted', () => two.ttsc__call(bound as (word: string) => void, 'noted'));
      expect(caller.heard.all('noted')).to.deep.equal([['from a part']]);
    });

    it('takes no place among the functions that wait to be called', async () => {
      const { caller, one } = calling;
      const before = calling.callbacksIn(one);
      await caller.inSparkle(() => one.ttsc__keep(caller.bind('ttse__told')));
      await caller.told(one, 'afterwards');
      expect(calling.callbacksIn(one)).to.equal(before);
    });
  });
});
