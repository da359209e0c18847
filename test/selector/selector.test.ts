import { expect } from 'chai';
import { nodeClock } from '../../src/core/clock.js';
import { Interest } from '../../src/selector/interest.js';
import type { SelectionKey } from '../../src/selector/selection-key.js';
import { Selector } from '../../src/selector/selector.js';
import { expectThrow } from '../support/errors.js';
import { ManualClock } from '../support/manual-clock.js';
import { ProbeChannel, ProbeHandler } from '../support/probe-channel.js';

const { ACCEPT, CONNECT, READ, WRITE, HANGUP } = Interest;

describe('a Selector', () => {
  let clock: ManualClock;
  let selector: Selector;
  beforeEach(() => {
    clock = new ManualClock();
    selector = new Selector(clock);
  });
  afterEach(() => selector.close());

  const registered = (interest: number = READ): { channel: ProbeChannel; handler: ProbeHandler; key: SelectionKey } => {
    const channel = new ProbeChannel();
    const handler = new ProbeHandler();
    return { channel, handler, key: selector.register(channel, interest, handler) };
  };
  const turn = async (timeout = 0): Promise<readonly SelectionKey[]> => {
    const ready = [...(await selector.select(timeout))];
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

  it('detaches the others although one of them throws, and tells of it', () => {
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
    expect(await waiting).to.deep.equal(all.map(({ key }) => key));
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

  it('goes on with the others when a handler throws, and tells of it', async () => {
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

  it('flushes the others although one of them throws, and tells of it', () => {
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
      expect(await waiting).to.have.length(2);
    });

    it('waits for its timeout and no longer', async () => {
      let over = false;
      const waiting = selector.select(100).then(() => (over = true));
      await clock.pass(99);
      expect(over).to.equal(false);
      await clock.pass(1);
      await waiting;
      expect(over).to.equal(true);
      expect(selector.wakeups).to.equal(0);
    });

    it('does not wait while something is to be flushed', async () => {
      const { key } = registered();
      key.flushAfterTurn();
      await selector.select(Infinity);
      selector.flush();
      const waiting = selector.select(100);
      await clock.pass(99);
      expect(selector.parked).to.equal(true);
      await clock.pass(1);
      await waiting;
    });

    it('waits for ever without one', async () => {
      let over = false;
      const waiting = selector.select(Infinity).then(() => (over = true));
      await clock.pass(30 * 24 * 3_600_000);
      expect(over).to.equal(false);
      expect(selector.parked).to.equal(true);
      selector.wakeup();
      expect(selector.parked).to.equal(false);
      await waiting;
    });

    it('is ended by wakeup(), before or while it waits', async () => {
      selector.wakeup();
      await selector.select(Infinity);
      const waiting = selector.select(Infinity);
      selector.wakeup();
      expect(await waiting).to.deep.equal([]);
      expect(selector.wakeups).to.equal(2);
    });

    it('counts one wakeup for many signals of one wait', async () => {
      const all = Array.from({ length: 100 }, () => registered());
      const waiting = selector.select(Infinity);
      for (const { channel } of all) channel.is(READ);
      expect(await waiting).to.have.length(100);
      expect(selector.wakeups).to.equal(1);
    });

    it('holds the process open while it waits, and nothing does after close()', async () => {
      const waiting = selector.select(Infinity);
      expect(clock.holding).to.be.greaterThan(0);
      selector.wakeup();
      await waiting;
      selector.close();
      expect(clock.holding).to.equal(0);
    });
  });

  describe('that holds reading back', () => {
    const SHARE = 64;
    const readers = (count: number) => Array.from({ length: count }, () => registered(READ | WRITE));
    const reading = (all: ReturnType<typeof readers>): number[] =>
      all.flatMap(({ channel }, index) => (((channel.interests.at(-1) ?? READ) & READ) !== 0 ? [index] : []));

    it('lets a bounded share read, and another one after each turn, until all had their turn', () => {
      const all = readers(160);
      const seen = new Set<number>();
      for (let n = 0; n < 3; n++) {
        selector.holdReading(true);
        const now = reading(all);
        expect(now).to.have.length(SHARE);
        for (const index of now) seen.add(index);
      }
      expect(seen.size).to.equal(160);
    });

    it('lets all read again', () => {
      const all = readers(80);
      selector.holdReading(true);
      selector.holdReading(false);
      expect(reading(all)).to.have.length(80);
    });

    it('goes on telling of everything but reading', async () => {
      const all = readers(68);
      selector.holdReading(true);
      const held = all.filter(({ channel }) => ((channel.interests.at(-1) ?? READ) & READ) === 0);
      expect(held).to.have.length(4);
      for (const { channel } of held) channel.is(READ | WRITE | HANGUP);
      await turn();
      for (const { handler } of held) expect(handler.ready).to.deep.equal([WRITE | HANGUP]);
      selector.holdReading(false);
      await turn();
      for (const { handler } of held) expect(handler.ready).to.deep.equal([WRITE | HANGUP, READ]);
    });

    it('holds a channel that is registered meanwhile', () => {
      readers(80);
      selector.holdReading(true);
      const late = registered(READ);
      expect(late.channel.interests).to.deep.equal([HANGUP]);
    });

    it('gives no turn to a key that was cancelled', () => {
      const all = readers(65);
      selector.holdReading(true);
      for (const { key } of all.slice(0, 40)) key.cancel();
      selector.holdReading(true);
      selector.holdReading(true);
      expect(reading(all.slice(40))).to.have.length(25);
    });

    it('does not give READ to a channel that has no interest in it', () => {
      const { channel } = registered(WRITE);
      selector.holdReading(true);
      selector.holdReading(false);
      expect(channel.interests.every((interest) => (interest & READ) === 0)).to.equal(true);
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
