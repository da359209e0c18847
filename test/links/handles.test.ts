import { expect } from 'chai';
import { inspect } from 'node:util';
import type { AnyTonic, Remote } from '../../src/index.js';
import { expectThrow } from '../support/errors.js';
import { Caller, callingWith } from './thread/programs/calls-main.js';
import type { Echo, Part } from './thread/programs/calls-threads.js';

describe('the handle of a Tonic in another thread', () => {
  const calling = callingWith(['one', 'two', 'three']);

  /** A Tonic in a thread. */
  async function partOf(echo: Remote<Echo>, name?: string): Promise<Remote<Part>> {
    const word = `part of ${echo.name}`;
    await calling.caller.inSparkle(() => echo.ttsc__make(word, name));
    return (await calling.caller.heard.on(word))[0] as Remote<Part>;
  }

  async function hears(word: string, body: () => void): Promise<readonly any[]> {
    await calling.caller.inSparkle(body);
    return calling.caller.heard.on(word);
  }

  /** Ends the part of a thread; resolves when it has gone. */
  async function drop(echo: Remote<Echo>): Promise<void> {
    await hears('gone', () => echo.ttsc__drop());
  }

  /** Has a part that waits for its end, and returns when that has gone: nothing was heard here meanwhile. */
  function letGo(words: Int32Array): void {
    Atomics.store(words, 0, 1);
    Atomics.notify(words, 0);
    expect(Atomics.wait(words, 1, 0, 5_000)).not.to.equal('timed-out');
  }

  describe('is one in each thread', () => {
    it('however often it arrives', async () => {
      const { caller, one } = calling;
      const part = await partOf(one);
      await hears('bound', () => one.ttsc__boundOfPart('bound'));
      await hears('kept', () => {
        one.ttsc__keep(part, { part });
        one.ttsc__giveKept('kept');
      });
      const [[again, { part: third }]] = caller.heard.all('kept') as [[unknown, { part: unknown }]];
      expect(again).to.equal(part);
      expect(third).to.equal(part);
    });

    it('as an argument, as the base and as the source', async () => {
      const { caller, one } = calling;
      const same = await hears('same', () => one.ttsc__isBaseAndSource('same', caller));
      expect(same).to.deep.equal([true, true]);
    });

    it('as what spawn gave, and what the thread says of itself', async () => {
      const { caller, one } = calling;
      const [self] = await hears('self', () => {
        one.ttsc__keep(one);
        one.ttsc__giveKept('self');
      });
      expect(self).to.equal(one);
      expect(caller.sources.get('self')!.tonic).to.equal(one);
    });

    it('whoever has told of it', async () => {
      const { caller, one, two } = calling;
      const part = await partOf(one);
      // Thread 2 hears of it from the main thread first, and of its thread by a call from there.
      await hears('kept', () => {
        two.ttsc__keep(one);
        two.ttsc__echo('kept');
        one.ttsc__countThere(two, 1);
        two.ttsc__keep(part);
        two.ttsc__isKept('same', part);
      });
      expect(await caller.heard.on('same')).to.deep.equal([true]);
      const [, fromTwo] = await hears('from two', () => two.ttsc__echo('from two', 0, part));
      expect(fromTwo).to.equal(part);
    });
  });

  it('is the Tonic itself in the thread that it lives in', async () => {
    const { caller, one, two } = calling;
    const part = await partOf(one);
    expect((await hears('home', () => one.ttsc__echo('home', [{ caller }])))[0][0].caller).to.equal(caller);
    expect(await hears('you', () => one.ttsc__isYou('you', one))).to.deep.equal([true]);
    expect(await hears('your part', () => one.ttsc__isYou('your part', part))).to.deep.equal([true]);
    expect(await hears('not you', () => two.ttsc__isYou('not you', part))).to.deep.equal([false]);
  });

  it('tells id, name and thread', async () => {
    const { caller, one } = calling;
    const part = await partOf(one, 'named');
    expect(part).to.include({ name: 'one/named', thread: one.thread, finished: false });
    expect(part.id).to.be.a('number');
    expect(part.id).not.to.be.oneOf([one.id, caller.id]);
  });

  it('can be printed', async () => {
    const { caller, one } = calling;
    expect(inspect({ one })).to.equal(`{ one: Remote<one in thread ${one.thread}> }`);
    expect(`${one as unknown as string}`).to.equal(`one in thread ${one.thread}`);
    expect(JSON.parse(JSON.stringify(one))).to.deep.equal({ id: one.id, name: 'one', thread: one.thread });
    const printed = await hears('printed', () => one.ttsc__print('printed', caller));
    expect(printed[0]).to.equal('Remote<caller in thread 0>');
    expect(printed[1]).to.equal('caller in thread 0');
    expect(JSON.parse(printed[2] as string)).to.deep.equal({ id: caller.id, name: 'caller', thread: 0 });
  });

  it('has no sparkles to look at, and is no promise', () => {
    const { one } = calling;
    expect((one as unknown as { then?: unknown }).then).to.equal(undefined);
    expect(Object.keys(one).filter((key) => key.includes('__'))).to.deep.equal([]);
  });

  it('does not let go of its sparkles: taken off it, they say what to do instead', () => {
    const { ttsc__nothing } = calling.one; // eslint-disable-line tasktonic/no-unbound-sparkle -- that is tested
    expectThrow(() => ttsc__nothing(), 'TT_UNBOUND_SPARKLE');
  });

  describe('that is handed on to a third thread', () => {
    it('works there, and tells who has called', async () => {
      const { caller, one, two } = calling;
      await hears('asked', () => {
        two.ttsc__keep(one);
        two.ttsc__askAndLook(one, 'asked');
      });
      expect(caller.heard.all('asked')).to.deep.equal([[false]]);
    });

    it('brings calls in their order, more than may be in flight at once', async () => {
      const { caller, one, two, three } = calling;
      await caller.inSparkle(() => {
        two.ttsc__countThere(one, 15_000);
        three.ttsc__countThere(one, 15_000);
      });
      // Each says so over the thread that it called, behind its calls.
      for (const from of [two, three]) {
        await hears(`${from.name} is through`, () => {
          from.ttsc__keep(one);
          from.ttsc__askAndLook(one, `${from.name} is through`);
        });
      }
      const [counted] = (await hears('counted', () => one.ttsc__counted('counted'))) as [[number, number][]];
      expect(counted).to.have.length(30_000);
      // Two rows of numbers, woven into each other: each number is the next one of a row.
      const next = [0, 0];
      for (const [n] of counted) {
        const row = next.indexOf(n);
        expect(row, `${n} after ${String(next)}`).not.to.equal(-1);
        next[row]!++;
      }
    });

    it('brings a Tonic of the third one home as itself', async () => {
      const { one, two } = calling;
      const part = await partOf(one);
      await hears('kept', () => {
        two.ttsc__keep(part);
        two.ttsc__echo('kept');
      });
      const [same] = await hears('same', () => one.ttsc__isYou('same', part));
      expect(same).to.equal(true);
    });

    it('has finished there once the Tonic has', async () => {
      const { caller, one, two } = calling;
      const part = await partOf(one);
      expect(await hears('alive', () => two.ttsc__look('alive', part))).to.deep.equal([false, part.name]);
      await caller.inSparkle(() => two.ttsc__keep(part));
      // The answer of its thread is behind what the handle was made known with.
      expect(await hears('still', () => two.ttsc__askAndLook(one, 'still'))).to.deep.equal([false]);
      await drop(one);
      expect(await hears('over', () => two.ttsc__askAndLook(one, 'over'))).to.deep.equal([true]);
    });

    it('has finished there where the Tonic had before it arrived', async () => {
      const { caller, one, two } = calling;
      const part = await partOf(one);
      await caller.inSparkle(() => two.ttsc__clear());
      const words = new Int32Array(new SharedArrayBuffer(8));
      await caller.inSparkle(() => one.ttsc__drop(words));
      await caller.inSparkle(() => {
        letGo(words);
        two.ttsc__keep(part);
      });
      // The first one asks, and the answer to the second one comes behind what its thread says to that.
      await hears('first', () => two.ttsc__askAndLook(one, 'first'));
      expect(await hears('second', () => two.ttsc__askAndLook(one, 'second'))).to.deep.equal([true]);
    });
  });

  describe('has finished', () => {
    it('once the Tonic has', async () => {
      const part = await partOf(calling.one);
      await drop(calling.one);
      expect(part.finished).to.be.true;
    });

    it('once the thread has ended, with all others of that', async () => {
      const { caller } = calling;
      const [short] = (await caller.startEchos('short')) as [Remote<Echo>];
      const part = await partOf(short);
      await hears('onInfusionFinished', () => short.ttsc__finish());
      expect([short.finished, part.finished]).to.deep.equal([true, true]);
    });

    it('and does nothing then, which is counted', async () => {
      const { caller, one, links } = calling;
      const part = await partOf(one);
      await drop(one);
      const before = links.undelivered;
      await caller.inSparkle(() => {
        part.ttsc__note('never');
        part.ttsc__note('never');
      });
      await caller.told(one, 'afterwards');
      expect(caller.heard.count('never')).to.equal(0);
      expect(links.undelivered).to.equal(before + 2);
    });

    it('over there already where a call is on its way, and that is counted there', async () => {
      const { caller, one } = calling;
      const part = await partOf(one);
      const [before] = await hears('before', () => one.ttsc__strays('before'));
      const words = new Int32Array(new SharedArrayBuffer(8));
      await caller.inSparkle(() => one.ttsc__drop(words));
      await caller.inSparkle(() => {
        letGo(words);
        expect(part.finished).to.be.false;
        part.ttsc__note('never');
      });
      const [after] = await hears('after', () => one.ttsc__strays('after'));
      expect(after).to.equal((before as number) + 1);
      expect(caller.heard.count('never')).to.equal(0);
    });

    it('and is not taken for another Tonic that has its id or name now', async () => {
      const { caller, one } = calling;
      const part = await partOf(one, 'again');
      await drop(one);
      const next = await partOfAnew(one, 'again');
      expect(next).not.to.equal(part);
      expect(next.name).to.equal(part.name);
      await caller.inSparkle(() => {
        part.ttsc__note('to the old one');
        next.ttsc__note('to the new one');
      });
      expect(await caller.heard.on('to the new one')).to.deep.equal(['from a part']);
      expect(caller.heard.count('to the old one')).to.equal(0);
      expect([part.finished, next.finished]).to.deep.equal([true, false]);
    });

    it('where a Tonic comes home that has finished meanwhile', async () => {
      const { caller, one } = calling;
      const gone = await caller.inSparkle(() => new Caller({ name: 'short-lived' }));
      await caller.inSparkle(() => one.ttsc__keep(gone));
      await hears('onInfusionFinished', () => gone.ttsc__finish());
      const [back] = await hears('back', () => one.ttsc__giveKept('back'));
      expect(back).to.include({ finished: true, name: 'short-lived' });
      (back as Remote<Caller>).ttse__told('nothing happens');
    });
  });

  async function partOfAnew(echo: Remote<Echo>, name: string): Promise<Remote<Part>> {
    return (await hears('anew', () => echo.ttsc__make('anew', name)))[0] as Remote<Part>;
  }

  it('keeps no Tonic that has finished in memory', async () => {
    const { caller, one } = calling;
    const refs: WeakRef<AnyTonic>[] = [];
    await caller.inSparkle(() => {
      for (let n = 0; n < 50; n++) {
        const tonic = new Caller({ name: undefined });
        refs.push(new WeakRef(tonic));
        one.ttsc__echo('seen', tonic);
        tonic.ttsc__finish();
      }
    });
    await caller.heard.on('seen', 50);
    caller.heard.events.length = 0;
    const { stillHeld } = await import('../support/memory.js');
    await caller.told(one, 'afterwards');
    // The last one may stand in some register or cache.
    expect(await stillHeld(refs)).to.be.at.most(2);
  });
});
