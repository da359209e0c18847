import { expect } from 'chai';
import { SharedIds, SharedState } from '../doors/threads.js';
import { howMany } from '../support/how-many.js';

/** Two threads' views of the same memory. */
function views(): [SharedState, SharedState] {
  const one = new SharedState(1);
  return [one, new SharedState(2, one.buffer)];
}

/** The same numbers each time, so that a failure can be looked at (xorshift32). */
function chance(seed: number): (below: number) => number {
  return (below) => {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return (seed >>> 0) % below;
  };
}

/** What the table of names must do, written down plainly. */
class Model {
  readonly holders = new Map<string, number>();

  take(name: string, thread: number): boolean {
    if (this.holders.has(name)) return false;
    this.holders.set(name, thread);
    return true;
  }
  release(name: string, thread: number): void {
    if (this.holders.get(name) === thread) this.holders.delete(name);
  }
  forget(thread: number): void {
    for (const [name, holder] of this.holders) if (holder === thread) this.holders.delete(name);
  }
}

describe('the names that all threads share', () => {
  it('are taken once, whichever thread asks', () => {
    const [one, two] = views();
    expect(one.take('door')).to.be.true;
    expect(two.take('door')).to.be.false;
    expect(one.take('door')).to.be.false;
    expect(two.take('window')).to.be.true;
    expect(one.take('window')).to.be.false;
  });

  it('can be taken again once they were released', () => {
    const [one, two] = views();
    one.take('door');
    one.release('door');
    expect(two.take('door')).to.be.true;
  });

  it('are released by the thread that has them, and by no other', () => {
    const [one, two] = views();
    one.take('door');
    two.release('door');
    expect(two.take('door')).to.be.false;
  });

  it('that nobody has can be released, and nothing happens', () => {
    const [one, two] = views();
    one.take('door');
    one.release('window');
    expect(two.take('door')).to.be.false;
  });

  it('tell what looks alike apart', () => {
    const [one, two] = views();
    const names = ['', 'a', 'aa', 'A', 'ab', 'ba', 'a ', '\u0000', '\u0000\u0000', 'ä', 'a\u0308', '🚪', '42', '042'];
    for (const name of names) expect(one.take(name), JSON.stringify(name)).to.be.true;
    for (const name of names) expect(two.take(name), JSON.stringify(name)).to.be.false;
  });

  it('of a thread that has ended are free, and those of the others are not', () => {
    const [one, two] = views();
    for (let n = 0; n < 1_000; n++) (n % 2 === 0 ? one : two).take(`name ${n}`);
    one.forget(2);
    for (let n = 0; n < 1_000; n++) expect(one.take(`name ${n}`), `name ${n}`).to.equal(n % 2 === 1);
  });

  it('are not locked for ever by a thread that died while it held the lock', () => {
    const [one, two] = views();
    two.take('door');
    // As thread 2 leaves it when it is ended in the middle of the next line: the third word is the lock.
    Atomics.store(new Int32Array(one.buffer), 2, 3);
    one.forget(2);
    expect(one.take('door')).to.be.true;
  });

  it('are taken from a dead holder of the lock after a second, also where nobody could tell of its end', () => {
    const [one, two] = views();
    two.take('door');
    const words = new Int32Array(one.buffer);
    Atomics.store(words, 2, 3);
    const { wait } = Atomics;
    let waited = 0;
    Atomics.wait = ((_words: Int32Array, _at: number, _value: number, ms: number) => {
      waited += ms;
      return 'timed-out';
    }) as typeof Atomics.wait;
    try {
      expect(one.take('window')).to.equal(true);
    } finally {
      Atomics.wait = wait;
    }
    expect(waited).to.equal(1_000);
    expect(Atomics.load(words, 2)).to.equal(0);
    expect(one.take('door')).to.equal(false);
  });

  it('stay locked where another thread than the dead one holds the lock', () => {
    const [one] = views();
    const words = new Int32Array(one.buffer);
    const three = new SharedState(3, one.buffer);
    Atomics.store(words, 2, 3);
    let looked = 0;
    const realLoad = Atomics.compareExchange.bind(Atomics);
    // Gives the lock back as its holder would, after a few looks at it.
    Atomics.compareExchange = ((list: Int32Array, at: number, from: number, to: number) => {
      if (++looked === 5) Atomics.store(words, 2, 0);
      return realLoad(list, at, from, to);
    }) as typeof Atomics.compareExchange;
    try {
      three.forget(1);
    } finally {
      Atomics.compareExchange = realLoad;
    }
    expect(looked).to.be.at.least(5);
  });

  it('can be many, up to the bound that the error names', () => {
    const [one, two] = views();
    let count = 0;
    let code: unknown;
    while (code === undefined && count < 1_000_000) {
      try {
        expect(one.take(`connection ${count}`), `connection ${count}`).to.be.true;
        count++;
      } catch (thrown) {
        ({ code } = thrown as { code: unknown });
      }
    }
    expect(code).to.equal('TT_TOO_MANY_NAMES');
    expect(count).to.be.greaterThan(50_000);
    // The lock was given back, and what was there is there.
    expect(two.take('connection 0')).to.be.false;
    one.release('connection 0');
    expect(two.take('another')).to.be.true;
  });

  it('are as a plain Map would have them, whatever is done in whatever order', () => {
    const state = new SharedState(1);
    const threads = [1, 2, 3, 4].map((thread) => new SharedState(thread, state.buffer));
    const model = new Model();
    const any = chance(20_260_101);
    let refusals = 0;
    for (let n = 0; n < howMany(60_000, 150_000); n++) {
      const which = any(threads.length);
      // Few enough to meet again, and so many that they stand in each other's places.
      const name = `name ${any(90_000)}`;
      if (any(20_000) === 0) {
        threads[0]!.forget(which + 1);
        model.forget(which + 1);
      } else if (any(3) === 0) {
        threads[which]!.release(name);
        model.release(name, which + 1);
      } else {
        const taken = model.take(name, which + 1);
        if (!taken) refusals++;
        expect(threads[which]!.take(name), `operation ${n}: ${name}`).to.equal(taken);
      }
    }
    expect(refusals).to.be.greaterThan(1_000);
    expect(model.holders.size).to.be.greaterThan(10_000);
    for (let n = 0; n < 90_000; n++) expect(state.take(`name ${n}`), `name ${n}`).to.equal(model.take(`name ${n}`, 1));
  });
});

describe('the ids that all threads share', () => {
  it('are given once, from the first free one on', () => {
    const [one, two] = views();
    one.beginIdsAt(17);
    const ids = Array.from({ length: 100 }, (_, n) => (n % 3 === 0 ? two : one).newId());
    expect(new Set(ids).size).to.equal(100);
    expect(Math.min(...ids)).to.equal(17);
    expect(Math.max(...ids)).to.be.below(17 + 100 + 2 * 32);
  });

  it('are given again when a thread has ended, and no others', () => {
    const [one, two] = views();
    one.beginIdsAt(17);
    const mine = Array.from({ length: 40 }, () => one.newId());
    const theirs = new Set(Array.from({ length: 100 }, () => two.newId()));
    one.forget(2);
    const again = Array.from({ length: 100 }, () => one.newId());
    expect(new Set([...mine, ...again]).size).to.equal(140);
    expect(again.filter((id) => theirs.has(id))).to.have.length.above(70);
    expect(one.taken.ids).to.equal(5);
  });

  it('stay small however many threads come and go', function () {
    this.timeout(20_000);
    const words = new Int32Array(SharedIds.words);
    const ids = new SharedIds(words, 0);
    ids.beginAt(5);
    let highest = ids.next();
    for (let thread = 1; thread <= 5_000; thread++) {
      const view = new SharedIds(words, thread);
      for (let n = 0; n < 50; n++) highest = Math.max(highest, view.next());
      if (thread > 3) ids.free(thread - 3);
    }
    expect(highest).to.be.below(5 + 20 * 32);
    expect(ids.taken).to.be.below(20);
  });

  it('are given on where more are taken than are known by their thread, each once', () => {
    const words = new Int32Array(SharedIds.words);
    const ids = new SharedIds(words, 1);
    for (let n = 0; n < 1_048_576; n++) if (ids.next() !== n) expect.fail(`not ${n}`);
    const other = new SharedIds(words, 2);
    expect([ids.next(), other.next(), ids.next()]).to.deep.equal([1_048_576, 1_048_577, 1_048_578]);
    ids.free(1);
    expect(other.next()).to.equal(0);
  });

  it('are given once to threads, too, and 0 is the main one', () => {
    const [one, two] = views();
    expect([one.newThread(), two.newThread(), one.newThread()]).to.deep.equal([1, 2, 3]);
  });
});

describe('the bell of a thread', () => {
  it('is heard by that thread', () => {
    const [one, two] = views();
    one.ring(2);
    two.ring(2);
    expect([one.rung, two.rung]).to.deep.equal([0, 2]);
  });

  it('is apart from its answers', () => {
    const [one, two] = views();
    two.answer(5);
    expect(two.rung).to.equal(0);
    expect(one.answerOf(2)).to.equal(5);
    expect(one.answerOf(1)).to.equal(0);
  });
});
