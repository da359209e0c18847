import { expect } from 'chai';
import type { Remote } from '../../src/index.js';
import { catalyst } from '../support/app.js';
import { expectCode, expectThrow } from '../support/errors.js';
import { Caller, callingWith } from './thread/programs/calls-main.js';
import { Echo, type NestedEcho, type Part } from './thread/programs/calls-threads.js';

type Counted = readonly (readonly [n: number, rest: number])[];

/** Calls with 0 to 5 arguments, some of which have to be replaced on the way; the order they must arrive in. */
function callMixed(echo: Remote<Echo>, times: number, from = 0): Counted {
  const expected: (readonly [number, number])[] = [];
  const bytes = Buffer.from('bytes');
  for (let n = from; n < from + times; n++) {
    const rest = [n, { n }, bytes, [n, 'text']].slice(0, n % 5);
    if (n % 6 === 0) echo.ttsc__nothing();
    else if (n % 2 === 0) echo.ttsc__count(n, ...rest);
    else echo.ttsc__countOther(n, ...rest);
    expected.push(n % 6 === 0 ? [-1, 0] : [n, rest.length]);
  }
  return expected;
}

describe('threads that call each other', () => {
  const calling = callingWith(['one', 'two']);

  describe('calls to another thread', () => {
    async function counted(echo: Remote<Echo>): Promise<Counted> {
      await calling.caller.inSparkle(() => echo.ttsc__counted('counted'));
      const [list] = await calling.caller.fromNewThread('counted');
      return list as Counted;
    }

    it('arrive in their order, whatever their arguments, and more than may be in flight at once', async () => {
      const { caller, one: echo } = calling;
      const expected = await caller.inSparkle(() => callMixed(echo, 30_000));
      expect(await counted(echo)).to.deep.equal(expected);
    });

    it('arrive in their order from many sparkles, one turn or several', async () => {
      const { caller, one: echo } = calling;
      const expected: Counted[] = [];
      for (let n = 0; n < 100; n++) expected.push(await caller.inSparkle(() => callMixed(echo, n, n * 1_000)));
      expect(await counted(echo)).to.deep.equal(expected.flat());
    });

    it('made before the thread runs wait for it, in their order', async () => {
      let expected!: Counted;
      const echo = await calling.caller.inSparkle(() => {
        const spawned = Echo.spawn();
        expected = callMixed(spawned, 12_000);
        return spawned;
      });
      expect(await counted(echo)).to.deep.equal(expected);
    });

    it('made outside any sparkle arrive in their order, too', async () => {
      const { one: echo } = calling;
      const expected = callMixed(echo, 1_000);
      await Promise.resolve();
      const more = callMixed(echo, 1_000, 5_000);
      expect(await counted(echo)).to.deep.equal([...expected, ...more]);
    });

    it('arrive in their order from a thread to the main one', async () => {
      const { caller, one: echo } = calling;
      await caller.inSparkle(() => echo.ttsc__tellOften('often', 10_000));
      await caller.heard.on('often', 10_000);
      const expected = Array.from({ length: 10_000 }, (_, n) => [n, ...Array<number>(n % 5).fill(n)]);
      expect(JSON.stringify(caller.heard.all('often'))).to.equal(JSON.stringify(expected));
    });

    it('bring what the arguments were at the call', async () => {
      const { caller, one: echo } = calling;
      const value = { list: [1], bytes: Buffer.from('then') };
      await caller.inSparkle(() => {
        echo.ttsc__echo('then', value);
        value.list.push(2);
        value.bytes.fill('x');
      });
      const [arrived] = await caller.heard.on('then');
      expect(arrived).to.deep.equal({ list: [1], bytes: Buffer.from('then') });
    });

    it('bring different things for different calls with one object', async () => {
      const { caller, one: echo } = calling;
      const value = { n: 0 };
      await caller.inSparkle(() => {
        for (; value.n < 100; value.n++) echo.ttsc__echo('one', value);
      });
      await caller.heard.on('one', 100);
      expect(caller.heard.all('one').map(([{ n }]) => n as number)).to.deep.equal(
        Array.from({ length: 100 }, (_, n) => n),
      );
    });

    it('that the class has no sparkle for are refused at the call', async () => {
      const { caller, one: echo } = calling;
      const wrong = echo as unknown as { ttsc__ehco(): void };
      expectThrow(() => wrong.ttsc__ehco(), 'TT_UNKNOWN_SPARKLE');
      expect(await caller.told(echo, 'goes on')).to.deep.equal([]);
    });

    it('with what cannot cross are refused at the call, and those before and after arrive', async () => {
      const { caller, one: echo } = calling;
      const error = await caller.inSparkle(() => {
        echo.ttsc__count(1);
        const thrown = expectThrow(() => echo.ttsc__count(2, { at: [new WeakMap()] }), 'TT_NOT_TRANSFERABLE');
        echo.ttsc__count(3);
        return thrown;
      });
      expect(error.details['path']).to.equal('args[1].at[0]');
      expect(await counted(echo)).to.deep.equal([
        [1, 0],
        [3, 0],
      ]);
    });

    it('are told apart by state, as at home: the generic name of a sparkle that only one state has', async () => {
      const { caller, one: echo } = calling;
      await caller.inSparkle(() => {
        echo.ttsc__close('before it was open');
        echo.ttsc__open();
        echo.ttsc__close('while it was open');
        echo.ttsc__close('when it was shut');
      });
      await caller.told(echo, 'afterwards');
      expect(caller.heard.names).to.deep.equal(['while it was open', 'afterwards']);
    });

    it('may be made for one state alone', async () => {
      const { caller, one: echo } = calling;
      await caller.inSparkle(() => {
        echo.ttsc_open__close('before it was open');
        echo.ttsc__open();
        echo.ttsc_open__close('while it was open');
      });
      await caller.told(echo, 'afterwards');
      expect(caller.heard.names).to.deep.equal(['while it was open', 'afterwards']);
    });
  });

  describe('who has called, told in another thread', () => {
    it('is the source, with id, name and sparkle', async () => {
      const { caller, one: echo } = calling;
      await caller.inSparkle(() => echo.ttsc__who('who'));
      expect(await caller.heard.on('who')).to.deep.equal([{ id: caller.id, name: 'caller', sparkle: 'ttsc__do' }]);
    });

    it('is nobody where no sparkle did', async () => {
      const { caller, one: echo } = calling;
      echo.ttsc__who('who');
      expect(await caller.heard.on('who')).to.deep.equal([undefined]);
    });

    it('is the thread where that calls back', async () => {
      const { caller, one: echo } = calling;
      await caller.told(echo, 'word');
      const source = caller.sources.get('word')!;
      expect(source.tonic).to.equal(echo);
      expect(source).to.include({ id: echo.id, name: echo.name, sparkle: 'ttsc__echo' });
    });

    it('can be answered', async () => {
      const { caller, one: echo } = calling;
      await caller.inSparkle(() => echo.ttsc__answer('answer'));
      expect(await caller.heard.on('answer')).to.deep.equal(['caller']);
    });

    it('is told right where others call in between', async () => {
      const { caller, one: echo } = calling;
      await caller.inSparkle(() => {
        for (let n = 0; n < 500; n++) echo.ttsc__who('inside');
      });
      for (let n = 0; n < 500; n++) echo.ttsc__who('outside');
      await caller.inSparkle(() => echo.ttsc__who('again'));
      await caller.heard.on('again');
      const inside = { id: caller.id, name: 'caller', sparkle: 'ttsc__do' };
      expect(caller.heard.all('inside')).to.deep.equal(Array<unknown>(500).fill([inside]));
      expect(caller.heard.all('outside')).to.deep.equal(Array<unknown>(500).fill([undefined]));
      expect(caller.heard.all('again')).to.deep.equal([[inside]]);
    });

    it('has the Tonic that started the thread for its base, and its base in turn', async () => {
      const { caller, one: echo } = calling;
      await caller.inSparkle(() => echo.ttsc__spawn('nested'));
      const [nested] = (await caller.heard.on('nested')) as unknown as [Remote<NestedEcho>];
      await caller.inSparkle(() => nested.ttsc__echoOverBase('over base', 1));
      expect(await caller.fromNewThread('over base')).to.deep.equal([1, 'one']);
    });

    it('can be answered by a thread that a thread has started', async () => {
      const { caller, one: echo } = calling;
      await caller.inSparkle(() => echo.ttsc__spawn('nested'));
      const [nested] = (await caller.heard.on('nested')) as unknown as [Remote<NestedEcho>];
      await caller.inSparkle(() => nested.ttsc__answer('answer'));
      expect(await caller.fromNewThread('answer')).to.deep.equal(['caller']);
      expect(caller.sources.get('answer')!.tonic).to.equal(nested);
    });
  });

  describe('what the Catalyst of a thread is made with', () => {
    it('is what it was at the call', async () => {
      const { caller } = calling;
      const list = [1];
      await caller.inSparkle(() => {
        Echo.spawn({
          values: ['made', list, Buffer.from('b')],
          onStart: (...values) => caller.heard.push('made', ...values),
        });
        list.push(2);
      });
      expect(await caller.fromNewThread('made')).to.deep.equal(['made', [1], Buffer.from('b')]);
    });

    it('may be Tonics, which are handles over there, and come back as themselves', async () => {
      const { caller } = calling;
      await caller.inSparkle(() =>
        Echo.spawn({ values: [caller], onStart: (...values) => caller.heard.push('made', ...values) }),
      );
      const [tonic] = await caller.fromNewThread('made');
      expect(tonic).to.equal(caller);
    });

    it('is refused where it cannot cross, and no thread is left', async () => {
      const { caller, app } = calling;
      const before = [app.ledger.size, caller.infusions.size];
      await caller.inSparkle(() => {
        const error = expectThrow(() => Echo.spawn({ values: [Symbol('s')] }), 'TT_NOT_TRANSFERABLE');
        expect(error.details['path']).to.equal('args[0].values[0]');
      });
      expect([app.ledger.size, caller.infusions.size]).to.deep.equal(before);
    });
  });

  describe('names and ids of an app with threads', () => {
    async function make(echo: Remote<Echo>, word: string, name: string): Promise<unknown> {
      await calling.caller.inSparkle(() => echo.ttsc__make(word, name));
      return (await calling.caller.heard.on(word))[0];
    }

    const named = async (echo: Remote<Echo>, word: string, name: string): Promise<string> =>
      ((await make(echo, word, name)) as Remote<Part>).name;

    it('are unique in a thread, and elsewhere its Catalyst stands before them', async () => {
      const { one, two } = calling;
      expect(await named(one, 'made', 'part')).to.equal('one/part');
      expect(await named(two, 'made elsewhere', 'part')).to.equal('two/part');
      expect(await named(two, 'made as the main thread has it', 'caller')).to.equal('two/caller');
      expectCodeOf(await make(two, 'made twice', 'part'), 'TT_NAME_TAKEN');
      expectCodeOf(await make(two, 'made as its Catalyst', 'two'), 'TT_NAME_TAKEN');
    });

    it('are free again once the Tonic has finished', async () => {
      const { caller, one } = calling;
      await make(one, 'made', 'part');
      await caller.inSparkle(() => one.ttsc__drop());
      await caller.heard.on('gone');
      expect(await named(one, 'made again', 'part')).to.equal('one/part');
    });

    it('are unique among Catalysts, and free again once the thread has ended', async () => {
      const { caller } = calling;
      await caller.startEchos('short');
      const twice = await caller.inSparkle(() => Echo.spawn({ name: 'short' })).catch((thrown: unknown) => thrown);
      expectCode(twice, 'TT_NAME_TAKEN');
      await caller.inSparkle(() => [...caller.infusions].find(({ name }) => name === 'short')!.ttsc__finish());
      await caller.heard.on('onInfusionFinished');
      expect((await caller.inSparkle(() => Echo.spawn({ name: 'short' }))).name).to.equal('short');
    });

    it('have no "/" in them', async () => {
      const { caller } = calling;
      expectCode(await caller.inSparkle(() => Echo.spawn({ name: 'a/b' })).catch((e: unknown) => e), 'TT_BAD_OPTION');
    });

    it('are unique: no id is given in two threads', async () => {
      const { caller, app, echos } = calling;
      const ids: number[] = [...app.ledger].map(({ id }) => id);
      await caller.inSparkle(() => {
        for (const echo of echos) echo.ttsc__ids(`ids of ${echo.name}`, 200);
        ids.push(...Array.from({ length: 200 }, () => new Caller({ name: undefined }).id));
      });
      for (const echo of echos) ids.push(...((await caller.heard.on(`ids of ${echo.name}`))[0] as number[]));
      expect(new Set(ids).size).to.equal(ids.length);
      expect(ids.length).to.be.greaterThan(600);
    });
  });
});

describe('a call to another thread that has too many already', () => {
  const calling = callingWith(['one'], { main: catalyst({ queueLimit: 3_000 }) });

  it('is refused at the call, and all others arrive', async () => {
    const { caller, one: echo } = calling;
    const words = new Int32Array(new SharedArrayBuffer(4));
    let count = 0;
    const error = await caller.inSparkle(() => {
      echo.ttsc__hold(words);
      return expectThrow(() => {
        for (; count < 100_000; count++) echo.ttsc__count(count);
      }, 'TT_QUEUE_FULL');
    });
    expect(error.details['catalyst']).to.equal(`thread ${echo.thread}`);
    expect(count).to.be.within(3_000, 12_000);
    Atomics.store(words, 0, 1);
    Atomics.notify(words, 0);
    // What waited leaves, and then there is room again.
    for (let sent = false; !sent;) {
      sent = await caller.inSparkle(() => {
        try {
          echo.ttsc__counted('counted');
          return true;
        } catch (thrown) {
          expectCode(thrown, 'TT_QUEUE_FULL');
          return false;
        }
      });
      await new Promise((resolve) => setImmediate(resolve));
    }
    const [list] = await caller.heard.on('counted');
    expect(list).to.deep.equal(Array.from({ length: count }, (_, n) => [n, 0]));
  });
});

/** The code of an error that has crossed: its class is another one here. */
function expectCodeOf(error: unknown, code: string): void {
  expect(error).to.be.instanceOf(Error);
  expect((error as { code?: unknown }).code).to.equal(code);
}
