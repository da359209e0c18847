import { once } from 'node:events';
import { expect } from 'chai';
import { StoreTree } from '../../src/store/index.js';
import { expectThrow, thrownBy } from '../support/errors.js';
import { type Heard, hearing } from './support/heard.js';

describe('a batch', () => {
  let store: StoreTree;
  let heard: Heard;
  beforeEach(() => {
    store = new StoreTree();
    heard = hearing();
  });

  it('is told when the outermost group ends, in one call', () => {
    store.subscribe('**', heard);
    const result = store.group(() => {
      store.set('a', 1);
      store.at('b').group(() => store.set('b', 2));
      expect(heard.calls).to.deep.equal([]);
      expect(store.get('b')).to.equal(2);
      return 'result';
    });
    expect(result).to.equal('result');
    expect(heard.calls).to.have.length(1);
  });

  it('is what set() of several paths, setEach() and extend() make', () => {
    store.subscribe('**', heard);
    store.set({ 'a/#0/x': 1, 'a/#1/x': 1 });
    store.at('a').setEach('x', 2);
    store.at('a').extend([[['x', 3]], 4]);
    expect(heard.calls.map((events) => events.length)).to.deep.equal([2, 2, 2]);
  });

  it('has the source of the innermost group that names one', () => {
    store.subscribe('*', heard);
    store.group(
      () => {
        store.set('a', 1);
        store.source('inner', () => store.group(() => store.set('b', 1)));
        store.set('c', 1);
      },
      { source: 'outer' },
    );
    store.set('d', 1);
    expect(heard.words).to.deep.equal(['a: - -> 1 (outer)', 'b: - -> 1 (inner)', 'c: - -> 1 (outer)', 'd: - -> 1']);
  });

  it('is silent where it should be, whatever a group within says', () => {
    store.subscribe('*', heard);
    store.group(() => store.group(() => store.set('a', 1), { notify: true }), { notify: false });
    store.group(() => {
      store.set('b', 1);
      store.group(() => store.set('c', 1), { notify: false });
      store.set('d', 1, { notify: false });
      store.set({ e: 1 }, { notify: false });
    });
    expect(heard.words).to.deep.equal(['b: - -> 1']);
  });

  it('that throws changes nothing, and no subscriber is called', () => {
    store.set({ a: 1, 'l/#0': 'x', 'b/c': 2 });
    store.at('alias').linkTo('a', { bubbleEvents: true });
    const before = store.dump();
    store.subscribe('**', heard);
    const thrown = thrownBy(() =>
      store.group(() => {
        store.set({ a: 2, 'l/#': 'y', new: 3 });
        store.remove('b');
        store.remove('alias');
        store.at('l').linkTo('a');
        throw new Error('no');
      }),
    );
    expect(thrown.message).to.equal('no');
    expect(store.dump()).to.deep.equal(before);
    expect(heard.calls).to.deep.equal([]);
    store.set('a', 5);
    expect(heard.words).to.deep.equal(['a: 1 -> 5', 'alias: 1 -> 5']);
  });

  it('keeps what was done around a group within that threw', () => {
    store.subscribe('**', heard);
    store.group(() => {
      store.set('a', 1);
      thrownBy(() =>
        store.group(() => {
          store.set({ a: 2, b: 2 });
          throw new Error('no');
        }),
      );
      store.set('c', store.get('a'));
    });
    expect(store.dump()).to.deep.equal([
      ['a', 1],
      ['c', 1],
    ]);
    expect(heard.words).to.deep.equal(['a: - -> 1', 'c: - -> 1']);
  });

  it('is refused whole for one of its values, paths or pairs', () => {
    store.subscribe('**', heard);
    for (const [data, code] of [
      [{ a: 1, 'b//c': 2 }, 'TT_STORE_PATH'],
      [{ a: 1, b: () => {} }, 'TT_STORE_VALUE'],
      [[['a', 1], ['b']], 'TT_STORE_DATA'],
      [[['a', 1], 5], 'TT_STORE_DATA'],
      [[], 'TT_STORE_DATA'],
      [5, 'TT_STORE_DATA'],
      [null, 'TT_STORE_DATA'],
    ] as const) {
      expectThrow(() => store.set(data as never), code);
    }
    expectThrow(() => store.at('l').extend([1, () => {}]), 'TT_STORE_VALUE');
    expect([store.dump(), heard.calls, store.keys()]).to.deep.equal([[], [], []]);
  });

  it('cannot wait: a function that gives a promise is refused, and nothing of it is done', () => {
    expectThrow(() => store.group(async () => Promise.resolve(store.set('a', 1))), 'TT_STORE_GROUP_ASYNC');
    expect(store.dump()).to.deep.equal([]);
  });
});

describe('what subscribers do', () => {
  let store: StoreTree;
  const errors: unknown[] = [];
  beforeEach(() => {
    store = new StoreTree({ onError: (error) => errors.push(error) });
    errors.length = 0;
  });

  it('is told when all have heard of what came before it', () => {
    const order: string[] = [];
    store.subscribe('a', () => store.set('b', 1).set('c', 2));
    for (const path of ['b', 'c', 'a']) store.subscribe(path, () => order.push(path));
    store.set('a', 1);
    expect(order).to.deep.equal(['a', 'b', 'c']);
  });

  it('is told after that as well where only one hears of it, at a path that was there before', () => {
    const order: string[] = [];
    store.set({ a: 0, b: 0 });
    store.subscribe('a', () => store.set('b', 1));
    for (const path of ['b', 'a']) store.subscribe(path, () => order.push(path));
    store.set('a', 1).set('a', 2);
    expect(order).to.deep.equal(['a', 'b', 'a']);
  });

  it('sees the snapshots of a batch as it was, whatever others have written since', () => {
    const heard = hearing();
    store.subscribe('a', () => store.set('a/x', 'changed'));
    store.subscribe('a', heard, { extract: ['.', 'x'] });
    store.set({ 'a/x': 'first', a: 1 });
    expect(heard.words).to.deep.equal(['a: {"x":"first"} -> {".":1,"x":"first"}']);
  });

  it('calls the other subscribers if one throws', () => {
    const heard = hearing();
    store.subscribe('a', () => {
      throw new Error('broken');
    });
    store.subscribe('a', heard);
    store.set('a', 1);
    expect(heard.words).to.deep.equal(['a: - -> 1']);
    expect(errors.map(String)).to.deep.equal(['Error: broken']);
  });

  it('calls the other subscribers also if the error handler throws, which is an uncaught error', async () => {
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const uncaught = once(process, 'uncaughtException');
    try {
      store = new StoreTree({
        onError: (error) => {
          throw error;
        },
      });
      const heard = hearing();
      let isBroken = true;
      store.subscribe('a', (events) => {
        heard(events);
        if (isBroken) throw new Error('broken');
      });
      store.set('a', 1);
      isBroken = false;
      store.set('a', 2);
      expect(heard.words).to.deep.equal(['a: - -> 1', 'a: 1 -> 2']);
      expect(String((await uncaught)[0])).to.equal('Error: broken');
    } finally {
      for (const listener of listeners) process.on('uncaughtException', listener);
    }
  });

  it('has an end: who answers himself for ever is refused', () => {
    let count = 0;
    store.subscribe('a', () => store.set('a', ++count));
    store.set('a', 'go');
    expect(errors).to.have.length(1);
    expect(errors[0]).to.have.property('code', 'TT_STORE_ENDLESS');
    expect(count).to.equal(10_000);
    expect(store.get('a')).to.equal(9_999);
    store.set('b', 1);
    expect(store.get('b')).to.equal(1);
  });
});
