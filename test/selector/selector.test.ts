import { expect } from 'chai';
import { Interest, nodeClock, type SelectionKey, Selector } from '../../src/index.js';
import { expectThrow } from '../support/errors.js';
import { type Bench, REAL, VirtualBench } from '../support/bench.js';
import { ProbeChannel, ProbeHandler } from '../support/probe-channel.js';

const { ACCEPT, CONNECT, READ, WRITE, HANGUP } = Interest;

describe('a Selector', () => {
  let bench: VirtualBench;
  /** Who lets loops go through their polls. */
  let time: Bench;
  let selector: Selector;
  beforeEach(() => {
    bench = new VirtualBench();
    time = bench;
    selector = new Selector(bench.held);
  });
  afterEach(() => selector.close());

  /** With the polls of the machine's kernel. */
  const ofTheMachine = (): void => {
    selector = new Selector(nodeClock);
    time = REAL;
  };
  const registered = (interest: number = READ): { channel: ProbeChannel; handler: ProbeHandler; key: SelectionKey } => {
    const channel = new ProbeChannel();
    const handler = new ProbeHandler();
    return { channel, handler, key: selector.register(channel, interest, handler) };
  };
  const turn = async (timeout = 0): Promise<readonly SelectionKey[]> => {
    const ready = [...(await time.until(selector.select(timeout)))];
    for (const key of ready) key.dispatch();
    return ready;
  };

  it('refuses a channel that is registered already', () => {
    const { channel, handler } = registered();
    expectThrow(() => selector.register(channel, READ, handler), 'TT_ALREADY_REGISTERED');
  });

  it('takes a channel again whose key was cancelled', async () => {
    const { channel, key, handler } = registered();
    key.cancel();
    selector.register(channel, READ, handler);
    channel.is(READ);
    await turn();
    expect(handler.ready).to.deep.equal([READ]);
  });

  it('refuses channels when it is closed', () => {
    selector.close();
    expectThrow(() => registered(), 'TT_SELECTOR_CLOSED');
  });

  it('detaches every channel once when it is closed', () => {
    const { channel } = registered();
    const { channel: cancelled, key } = registered();
    key.cancel();
    selector.close();
    expect([channel.detached, cancelled.detached]).to.deep.equal([1, 1]);
    expect(selector.keys.size).to.equal(0);
  });

  it('detaches the other channels although one of them throws, and reports the error', () => {
    const errors: Error[] = [];
    selector.onHandlerError = (error) => errors.push(error);
    const { channel: bad } = registered();
    bad.detach = () => {
      throw new Error('will not go');
    };
    const { channel } = registered();
    selector.close();
    expect(channel.detached).to.equal(1);
    expect(errors.map(({ message }) => message)).to.deep.equal(['will not go']);
  });

  it('gives all that is ready in one batch', async () => {
    const all = [registered(), registered(), registered()];
    const waiting = selector.select(Infinity);
    for (const { channel } of all) channel.is(READ);
    expect(await bench.until(waiting)).to.deep.equal(all.map(({ key }) => key));
  });

  it('gives a key once for several signals, with the sum of them', async () => {
    const { channel, handler, key } = registered(READ | WRITE);
    channel.is(READ);
    channel.is(WRITE);
    channel.is(READ);
    expect(await turn()).to.deep.equal([key]);
    expect(handler.ready).to.deep.equal([READ | WRITE]);
  });

  it('tells of nothing but what a key is interested in', async () => {
    const { channel, handler } = registered(READ);
    channel.is(WRITE | ACCEPT | CONNECT);
    expect(await turn()).to.deep.equal([]);
    channel.is(READ | WRITE);
    await turn();
    expect(handler.ready).to.deep.equal([READ]);
  });

  it('tells of a hangup whatever the interest is', async () => {
    const { channel, handler, key } = registered(Interest.NONE);
    key.modify(Interest.NONE);
    channel.is(HANGUP);
    await turn();
    expect(handler.ready).to.deep.equal([HANGUP]);
  });

  it('keeps what was signalled while there was no interest in it', async () => {
    const { channel, handler, key } = registered(READ);
    key.modify(WRITE);
    channel.is(READ);
    expect(await turn()).to.deep.equal([]);
    key.modify(READ);
    await turn();
    expect(handler.ready).to.deep.equal([READ]);
  });

  it('does not tell of what lost its interest between the signal and the turn, and keeps it', async () => {
    const { channel, handler, key } = registered(READ);
    channel.is(READ);
    key.modify(WRITE);
    await turn();
    expect(handler.ready).to.deep.equal([]);
    key.modify(READ);
    await turn();
    expect(handler.ready).to.deep.equal([READ]);
  });

  it('tells the channel of a changed interest, and of none that is the same', () => {
    const { channel, key } = registered(READ);
    key.modify(WRITE);
    key.modify(WRITE);
    key.modify(READ | WRITE);
    expect(channel.interests).to.deep.equal([WRITE | HANGUP, READ | WRITE | HANGUP]);
  });

  it('says nothing of a key that was cancelled after its signal', async () => {
    const { channel, handler, key } = registered();
    channel.is(READ);
    key.cancel();
    await turn();
    channel.is(READ);
    key.modify(WRITE | READ);
    await turn();
    expect(handler.ready).to.deep.equal([]);
    expect([channel.interests, key.cancelled, channel.detached]).to.deep.equal([[], true, 1]);
  });

  it('gives what is signalled while handlers run to the next turn', async () => {
    const { channel, handler } = registered();
    const other = new ProbeChannel();
    let rounds = 0;
    const chatty = new ProbeChannel();
    selector.register(chatty, READ, () => {
      if (++rounds < 3) chatty.is(READ);
      channel.is(READ);
    });
    selector.register(other, READ, handler);
    chatty.is(READ);
    await turn();
    expect([rounds, handler.ready.length]).to.deep.equal([1, 0]);
    await turn();
    await turn();
    await turn();
    // The second signal of the third turn fell to one that was waiting still.
    expect([rounds, handler.ready.length]).to.deep.equal([3, 2]);
  });

  it('goes on with the other keys when a handler throws, and reports the error', async () => {
    const errors: Error[] = [];
    selector.onHandlerError = (error) => errors.push(error);
    const bad = new ProbeChannel();
    selector.register(bad, READ, () => {
      throw 'no Error at all';
    });
    const { channel, handler } = registered();
    bad.is(READ);
    channel.is(READ);
    await turn();
    expect(handler.ready).to.deep.equal([READ]);
    expect(errors[0]).to.be.instanceOf(Error);
    bad.is(READ);
    await turn();
    expect(errors).to.have.length(2);
  });

  it('gives what is ready to the handler that took over', async () => {
    const { channel, handler, key } = registered();
    const heir = new ProbeHandler();
    channel.is(READ);
    key.handOver(heir);
    await turn();
    expect([handler.ready, heir.ready]).to.deep.equal([[], [READ]]);
  });

  it('flushes a channel that asked for it, once, at the end of the turn', () => {
    const { channel, key } = registered();
    const { channel: quiet } = registered();
    key.flushAfterTurn();
    selector.flush();
    selector.flush();
    expect([channel.flushes, quiet.flushes]).to.deep.equal([1, 0]);
  });

  it('flushes the other channels although one of them throws, and reports the error', () => {
    const errors: Error[] = [];
    selector.onHandlerError = (error) => errors.push(error);
    const bad = registered();
    bad.channel.flush = () => {
      throw new Error('stuck');
    };
    const good = registered();
    bad.key.flushAfterTurn();
    good.key.flushAfterTurn();
    selector.flush();
    expect(good.channel.flushes).to.equal(1);
    expect(errors.map(({ message }) => message)).to.deep.equal(['stuck']);
  });

  describe('select()', () => {
    it('always goes through the check phase, even when something is ready', async () => {
      ofTheMachine();
      const { channel } = registered();
      channel.is(READ);
      const order: string[] = [];
      const waiting = selector.select(0).then(() => order.push('selected'));
      setImmediate(() => order.push('check phase'));
      await Promise.resolve().then(() => order.push('microtask'));
      process.nextTick(() => order.push('tick'));
      await waiting;
      expect(order).to.deep.equal(['microtask', 'tick', 'selected']);
    });

    it('sees what one poll brings after the first signal in the same batch', async () => {
      const all = [registered(), registered()];
      const waiting = selector.select(Infinity);
      all[0]!.channel.is(READ);
      await Promise.resolve();
      all[1]!.channel.is(READ);
      expect(await bench.until(waiting)).to.have.length(2);
    });

    describe('while each poll of the kernel accepts a peer', () => {
      beforeEach(ofTheMachine);

      /** Peers that wait: each poll accepts one, and makes so many others ready. */
      const polls = (peers: number, others = 0): { accepted: () => number } => {
        let accepted = 0;
        const { channel: listener } = registered(ACCEPT);
        const poll = (): void => {
          listener.is(ACCEPT);
          for (let n = 0; n < others; n++) registered().channel.is(READ);
          if (++accepted < peers) setImmediate(poll);
        };
        setImmediate(poll);
        return { accepted: () => accepted };
      };

      it('goes through three polls before a turn, so that who waits to be accepted does not wait for a turn each', async () => {
        const { accepted } = polls(9);
        for (const sum of [3, 6, 9]) {
          await turn();
          expect(accepted()).to.equal(sum);
        }
      });

      it('goes through one where none has come', async () => {
        const { accepted } = polls(3);
        registered().channel.is(READ);
        await turn();
        registered().channel.is(READ);
        let polled = 0;
        setImmediate(() => setImmediate(() => (polled = 2)));
        await turn();
        expect([accepted(), polled]).to.deep.equal([3, 0]);
      });

      it('goes through one where much waits to be done', async () => {
        selector.limitReading(16, false, true);
        const { accepted } = polls(3);
        for (const sum of [1, 2, 3]) {
          await turn();
          expect(accepted()).to.equal(sum);
        }
      });

      it('begins a turn when so many others are ready that they are enough for one', async () => {
        const { accepted } = polls(2, 96);
        const ready = await turn();
        expect([accepted(), ready.length]).to.deep.equal([1, 97]);
        while (accepted() < 2) await turn();
      });
    });

    it('waits for its timeout and no longer', async () => {
      let over = false;
      const waiting = selector.select(100).then(() => (over = true));
      await bench.pass(99);
      expect(over).to.equal(false);
      await bench.pass(1);
      await bench.until(waiting);
      expect(over).to.equal(true);
      expect(selector.wakeups).to.equal(0);
    });

    it('does not wait while something is to be flushed', async () => {
      const { key } = registered();
      key.flushAfterTurn();
      await bench.until(selector.select(Infinity));
      selector.flush();
      const waiting = selector.select(100);
      await bench.pass(99);
      expect(selector.parked).to.equal(true);
      await bench.pass(1);
      await bench.until(waiting);
    });

    it('waits for ever without one', async () => {
      let over = false;
      const waiting = selector.select(Infinity).then(() => (over = true));
      await bench.pass(30 * 24 * 3_600_000);
      expect(over).to.equal(false);
      expect(selector.parked).to.equal(true);
      selector.wakeup();
      expect(selector.parked).to.equal(false);
      await bench.until(waiting);
    });

    it('is ended by wakeup(), before or while it waits', async () => {
      selector.wakeup();
      await bench.until(selector.select(Infinity));
      const waiting = selector.select(Infinity);
      selector.wakeup();
      expect(await bench.until(waiting)).to.deep.equal([]);
      expect(selector.wakeups).to.equal(2);
    });

    it('counts one wakeup for many signals of one wait', async () => {
      const all = Array.from({ length: 100 }, () => registered());
      const waiting = selector.select(Infinity);
      for (const { channel } of all) channel.is(READ);
      expect(await bench.until(waiting)).to.have.length(100);
      expect(selector.wakeups).to.equal(1);
    });

    it('holds the process open while it waits, and nothing does after close()', async () => {
      const waiting = selector.select(Infinity);
      expect(bench.held.holding).to.be.greaterThan(0);
      selector.wakeup();
      await bench.until(waiting);
      selector.close();
      expect(bench.held.holding).to.equal(0);
    });
  });

  describe('with channels that have more than they may bring', () => {
    /** Takes a part of what is there whenever it is ready, so it says that it has more. */
    const greedy = (name: string, served: string[]): ProbeChannel => {
      const channel = new ProbeChannel();
      selector.register(channel, READ | WRITE, {
        onReady: (key, ready) => {
          served.push(name);
          if ((ready & READ) !== 0) key.again(READ);
        },
      });
      channel.is(READ);
      return channel;
    };
    const modest = (name: string, served: string[]): ProbeChannel => {
      const channel = new ProbeChannel();
      selector.register(channel, READ | WRITE, () => served.push(name));
      return channel;
    };

    it('has them come again with the next turn, behind those that have become ready', async () => {
      const served: string[] = [];
      greedy('greedy', served);
      await turn();
      const other = modest('modest', served);
      other.is(READ);
      await turn();
      expect(served).to.deep.equal(['greedy', 'modest', 'greedy']);
    });

    it('does not wait while one of them may come', async () => {
      const served: string[] = [];
      greedy('greedy', served);
      await turn(Infinity);
      await turn(Infinity);
      expect(served).to.deep.equal(['greedy', 'greedy']);
    });

    it('lets so many come in a turn as it was told; who has come goes to the back', async () => {
      const served: string[] = [];
      for (const name of ['a', 'b', 'c']) greedy(name, served);
      await turn();
      served.length = 0;
      selector.limitReading(2, false);
      await turn();
      expect(served).to.deep.equal(['a', 'b']);
      await turn();
      await turn();
      expect(served).to.deep.equal(['a', 'b', 'c', 'a', 'b', 'c']);
    });

    it('serves at once who has nothing waiting, whatever waits in the rotation', async () => {
      const served: string[] = [];
      for (let n = 0; n < 100; n++) greedy('greedy', served);
      await turn();
      served.length = 0;
      selector.limitReading(0, false);
      const other = modest('modest', served);
      for (let n = 0; n < 3; n++) {
        other.is(READ);
        await turn();
      }
      expect(served).to.deep.equal(['modest', 'modest', 'modest']);
    });

    it('keeps the place of one that becomes ready once more meanwhile, and tells it of all else at once', async () => {
      const served: string[] = [];
      const first = greedy('first', served);
      greedy('second', served);
      await turn();
      served.length = 0;
      selector.limitReading(0, false);
      first.is(READ | WRITE);
      await turn();
      expect(served).to.deep.equal(['first']);
      selector.limitReading(1, false);
      await turn();
      await turn();
      expect(served).to.deep.equal(['first', 'first', 'second']);
    });

    it('gives a key that has its turn and has become ready for something else once, with all of it', async () => {
      const { channel, handler, key } = registered(READ | WRITE);
      key.again(READ);
      channel.is(WRITE);
      await turn();
      expect(handler.ready).to.deep.equal([READ | WRITE]);
    });

    it('gives no turn to a key that was cancelled', async () => {
      const served: string[] = [];
      const gone = greedy('gone', served);
      await turn();
      gone.key!.cancel();
      expect(await turn()).to.deep.equal([]);
      gone.key!.again(READ);
      expect(await turn()).to.deep.equal([]);
    });

    it('keeps what one has that is paused when its turn comes, for when it reads again', async () => {
      const { handler, key } = registered(READ);
      key.again(READ);
      key.modify(Interest.NONE);
      expect(await turn()).to.deep.equal([]);
      key.modify(READ);
      await turn();
      expect(handler.ready).to.deep.equal([READ]);
    });
  });

  describe('that is full', () => {
    beforeEach(() => selector.limitReading(1, true));

    it('has all that become ready to read wait for their turn', async () => {
      const all = [registered(), registered(), registered()];
      for (const { channel } of all) channel.is(READ);
      await turn();
      expect(all.map(({ handler }) => handler.ready.length)).to.deep.equal([0, 0, 0]);
      for (let n = 1; n <= 3; n++) {
        await turn();
        expect(all.filter(({ handler }) => handler.ready.length > 0)).to.have.length(n);
      }
    });

    it('lets those that wait for their share come before those that have had it, but not all turns', async () => {
      const served: string[] = [];
      const reader = (name: string): void => {
        const channel = new ProbeChannel();
        const onReady = (key: SelectionKey): void => {
          served.push(name);
          key.again(READ);
        };
        selector.register(channel, READ, { onReady });
        channel.is(READ);
      };
      selector.limitReading(64, false);
      for (let n = 0; n < 8; n++) reader('old');
      await turn();
      served.length = 0;
      selector.limitReading(4, true);
      for (let n = 0; n < 8; n++) reader('new');
      await turn();
      served.length = 0;
      await turn();
      await turn();
      expect(served).to.deep.equal([...['new', 'new', 'new', 'old'], ...['new', 'new', 'new', 'old']]);
    });

    it('lets one read once for each turn that it has', async () => {
      const { channel, handler } = registered();
      const { channel: other, handler: others } = registered();
      channel.is(READ);
      other.is(READ);
      await turn();
      await turn();
      expect([handler.ready.length, others.ready.length]).to.deep.equal([1, 0]);
      // It has had its turn: the next bytes wait behind the other one's.
      channel.is(READ);
      await turn();
      expect([handler.ready.length, others.ready.length]).to.deep.equal([1, 1]);
      await turn();
      expect([handler.ready.length, others.ready.length]).to.deep.equal([2, 1]);
    });

    it('goes on telling of everything but reading', async () => {
      selector.limitReading(0, true);
      const { channel, handler } = registered(READ | WRITE);
      channel.is(READ | WRITE | HANGUP);
      await turn();
      expect(handler.ready).to.deep.equal([WRITE | HANGUP]);
      selector.limitReading(1, false);
      await turn();
      expect(handler.ready).to.deep.equal([WRITE | HANGUP, READ]);
    });

    it('does not wait for what may not come, and lets it come when it may', async () => {
      selector.limitReading(0, true);
      const { channel, handler } = registered();
      channel.is(READ);
      await turn();
      let over = false;
      const waiting = selector.select(100).then((ready) => {
        for (const key of ready) key.dispatch();
        over = true;
      });
      await bench.pass(99);
      expect(over).to.equal(false);
      selector.wakeup();
      await bench.until(waiting);
      expect(handler.ready).to.deep.equal([]);
      selector.limitReading(64, false);
      await turn(Infinity);
      expect(handler.ready).to.deep.equal([READ]);
    });
  });
});

describe('a Selector on the clock of the machine', () => {
  it('wakes for a signal that comes from a stream, a timer or an immediate', async () => {
    const selector = new Selector(nodeClock);
    const channel = new ProbeChannel();
    const handler = new ProbeHandler();
    selector.register(channel, READ, handler);
    const ways: ((signal: () => void) => void)[] = [
      (signal) => setImmediate(signal),
      (signal) => setTimeout(signal, 1),
      (signal) => process.nextTick(signal),
      (signal) => queueMicrotask(signal),
    ];
    for (const way of ways) {
      way(() => channel.is(READ));
      for (const key of await selector.select(5_000)) key.dispatch();
    }
    expect(handler.ready).to.deep.equal([READ, READ, READ, READ]);
    selector.close();
  });
});
