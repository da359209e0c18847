import { expect } from 'chai';
import { once } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import { type Batch, HEAD, Inlet, Outlet, workerThreads } from '../doors/threads.js';

/** Orders that may be over there and not done; a chunk may go over it before the sender looks. */
const WINDOW = 8_192;
const CHUNK = 512;
/** The same in bytes. */
const WINDOW_BYTES = 16 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;

interface Arrived {
  readonly target: number;
  readonly key: string | undefined;
  readonly source: number;
  readonly sourceKey: string | undefined;
  readonly args: unknown[];
}

/** Both ends of a channel in one thread. What arrives is done when the test says so. */
class Channel {
  readonly outlet: Outlet;
  readonly inlet: Inlet;
  readonly arrived: Arrived[] = [];
  readonly batches: Batch[] = [];
  rings = 0;
  readonly #port1: MessagePort;
  #told: (() => void) | undefined;

  constructor() {
    const [sender, receiver] = workerThreads.newChannel();
    this.#port1 = sender.port as MessagePort;
    this.outlet = new Outlet(sender.port, sender.shared, () => this.rings++);
    const take = (message: unknown): void => this.#take(message as Batch);
    this.inlet = new Inlet(receiver.port, receiver.shared, workerThreads.receive, take);
  }

  put(n: number, key = 'ttsc__work', args: unknown[] = [n]): void {
    this.outlet.put(1, key, 0, undefined, args, undefined, []);
  }

  putMany(count: number, from = 0): void {
    for (let n = 0; n < count; n++) this.put(from + n);
  }

  /** Takes what is there, and what comes because of that, until nothing more does. */
  receive(): void {
    this.inlet.drain();
  }

  /** Does the next ones; resolves when the sender, if it waits for that, has been told. */
  async done(count: number): Promise<void> {
    const told = this.outlet.waiting > 0 ? once(this.#port1, 'message') : undefined;
    this.inlet.done.add(count);
    await told;
  }

  /** Waits for the event by which the inlet hears of what has come. */
  async more(): Promise<void> {
    await new Promise<void>((resolve) => (this.#told = resolve));
  }

  get numbers(): number[] {
    return this.arrived.map(({ args }) => args[0] as number);
  }

  close(): void {
    this.outlet.close();
    this.inlet.close();
  }

  #take(batch: Batch): void {
    this.batches.push(batch);
    const [heads, args, { names } = {}] = batch;
    if (names !== undefined) this.inlet.learn(names);
    let next = 0;
    for (let at = 0; at < heads.length; at += HEAD) {
      const end = next + (heads[at + 4]! >> 1);
      this.arrived.push({
        target: heads[at]!,
        key: this.inlet.name(heads[at + 1]!),
        source: heads[at + 2]!,
        sourceKey: this.inlet.name(heads[at + 3]!),
        args: args.slice(next, end),
      });
      next = end + (heads[at + 4]! & 1);
    }
    this.#told?.();
  }
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

describe('a channel between threads', () => {
  let channel: Channel;
  beforeEach(() => (channel = new Channel()));
  afterEach(() => channel.close());

  it('brings target, sparkle, source and arguments of an order', () => {
    channel.outlet.put(7, 'ttsc__first', 3, 'ttse__onStart', ['a', { b: 1 }], undefined, []);
    channel.outlet.put(8, 'ttsc__second', 0, undefined, [], undefined, []);
    channel.outlet.flush();
    channel.receive();
    expect(channel.arrived).to.deep.equal([
      { target: 7, key: 'ttsc__first', source: 3, sourceKey: 'ttse__onStart', args: ['a', { b: 1 }] },
      { target: 8, key: 'ttsc__second', source: 0, sourceKey: undefined, args: [] },
    ]);
  });

  it('keeps orders apart that have any number of arguments, with refs and without', () => {
    for (let n = 0; n < 50; n++) {
      const args = upTo(n % 6).map((at) => n * 10 + at);
      channel.outlet.put(1, `ttsc__work${n % 3}`, 0, undefined, args, n % 4 === 0 ? [] : undefined, []);
    }
    channel.outlet.flush();
    channel.receive();
    for (const [n, { key, args }] of channel.arrived.entries()) {
      expect(key).to.equal(`ttsc__work${n % 3}`);
      expect(args).to.deep.equal(upTo(n % 6).map((at) => n * 10 + at));
    }
    expect(channel.arrived).to.have.length(50);
  });

  it('sends nothing before it is flushed, and then all in one message', () => {
    channel.putMany(100);
    channel.receive();
    expect(channel.arrived).to.have.length(0);
    expect(channel.outlet.waiting).to.equal(100);
    channel.outlet.flush();
    channel.receive();
    expect(channel.batches).to.have.length(1);
    expect(channel.numbers).to.deep.equal(upTo(100));
    expect(channel.outlet.waiting).to.equal(0);
  });

  it('sends nothing where there is nothing to send', () => {
    channel.outlet.flush();
    channel.put(1);
    channel.outlet.flush();
    channel.outlet.flush();
    channel.receive();
    expect(channel.batches).to.have.length(1);
  });

  it('rings once for each message', () => {
    channel.putMany(3);
    expect(channel.rings).to.equal(0);
    channel.outlet.flush();
    expect(channel.rings).to.equal(1);
  });

  it('wakes the other side by an event, where that does not look by itself', async () => {
    channel.putMany(3);
    channel.outlet.flush();
    await channel.more();
    expect(channel.numbers).to.deep.equal([0, 1, 2]);
  });

  it('cuts a long turn into messages, in order', () => {
    channel.putMany(CHUNK * 3 + 5);
    channel.outlet.flush();
    channel.receive();
    expect(channel.batches).to.have.length(4);
    for (const [heads] of channel.batches) expect(heads.length / HEAD).to.be.at.most(CHUNK);
    expect(channel.numbers).to.deep.equal(upTo(CHUNK * 3 + 5));
  });

  it('sends no more than the other side may have undone; the rest waits', () => {
    channel.putMany(WINDOW * 3);
    channel.outlet.flush();
    channel.receive();
    expect(channel.arrived).to.have.length(WINDOW);
    expect(channel.outlet.waiting).to.equal(WINDOW * 2);
    channel.outlet.flush();
    channel.receive();
    expect(channel.arrived).to.have.length(WINDOW);
  });

  it('goes on by itself once the other side has caught up, in order, to the end', async () => {
    const count = WINDOW * 4 + 17;
    channel.putMany(count);
    channel.outlet.flush();
    let done = 0;
    while (done < count) {
      channel.receive();
      const undone = channel.arrived.length - done;
      expect(undone).to.be.greaterThan(0);
      expect(undone).to.be.at.most(WINDOW + CHUNK);
      done += undone;
      await channel.done(undone);
    }
    expect(channel.numbers).to.deep.equal(upTo(count));
    expect(channel.outlet.waiting).to.equal(0);
  });

  it('sends no more bytes than the other side may have undone; the rest waits, and is counted', async () => {
    const size = 64 * 1024;
    const count = 1_000;
    for (let n = 0; n < count; n++) channel.put(n, 'ttsc__work', [n, new Uint8Array(size)]);
    channel.outlet.flush();
    channel.receive();
    const arrived = channel.arrived.length;
    expect(arrived * size).to.be.within(WINDOW_BYTES, WINDOW_BYTES + CHUNK_BYTES);
    expect(channel.outlet.waiting).to.equal(count - arrived);
    expect(channel.outlet.bytes).to.equal((count - arrived) * size);
    for (const [heads] of channel.batches) expect((heads.length / HEAD) * size).to.be.at.most(CHUNK_BYTES);
    let done = 0;
    while (done < count) {
      // One by one: it is told when the window is half empty, though few orders are.
      const undone = channel.arrived.length - done;
      for (let n = 1; n < undone; n++) channel.inlet.done.add(1);
      await channel.done(1);
      done += undone;
      channel.receive();
    }
    expect(channel.numbers).to.deep.equal(upTo(count));
    channel.outlet.flush();
    expect([channel.outlet.waiting, channel.outlet.bytes]).to.deep.equal([0, 0]);
  });

  it('sends an order that is larger than all that, alone', async () => {
    for (let n = 0; n < 3; n++) channel.put(n, 'ttsc__work', [n, new Uint8Array(2 * WINDOW_BYTES)]);
    channel.outlet.flush();
    for (let n = 0; n < 3; n++) {
      channel.receive();
      expect(channel.arrived).to.have.length(n + 1);
      await channel.done(1);
    }
    expect(channel.outlet.waiting).to.equal(0);
  });

  it('counts texts and buffers, in a list too, and no shared memory', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(100_000));
    channel.put(0, 'ttsc__work', [
      '12345',
      new Uint8Array(100),
      [new Uint8Array(7), 'abc'],
      new ArrayBuffer(20),
      shared,
      8,
    ]);
    expect(channel.outlet.bytes).to.equal(5 + 100 + 7 + 3 + 20);
  });

  it('goes on where the other side catches up one by one', async () => {
    const count = WINDOW + CHUNK * 2;
    channel.putMany(count);
    channel.outlet.flush();
    channel.receive();
    for (let n = 0; n < WINDOW - 1; n++) channel.inlet.done.add(1);
    await channel.done(1);
    channel.receive();
    expect(channel.numbers).to.deep.equal(upTo(count));
  });

  it('lets a later order wait behind those that wait', async () => {
    channel.putMany(WINDOW + CHUNK);
    channel.outlet.flush();
    channel.put(-1, 'ttsc__last');
    channel.outlet.flush();
    channel.receive();
    expect(channel.arrived.at(-1)!.key).to.equal('ttsc__work');
    await channel.done(WINDOW);
    channel.receive();
    expect(channel.arrived.at(-1)!.key).to.equal('ttsc__last');
    expect(channel.numbers.slice(0, -1)).to.deep.equal(upTo(WINDOW + CHUNK));
  });

  it('brings notes along, and alone where there is no order', () => {
    (channel.outlet.notes.gone ??= []).push(5);
    channel.outlet.flush();
    channel.put(1);
    (channel.outlet.notes.released ??= []).push(6);
    channel.outlet.flush();
    channel.receive();
    const notes = channel.batches.map(([, , told]) => told);
    expect(notes).to.have.length(2);
    expect(notes[0]).to.deep.equal({ gone: [5] });
    expect(notes[1]!.released).to.deep.equal([6]);
    expect(channel.numbers).to.deep.equal([1]);
  });
});

describe('what a channel has lost when the other side ends', () => {
  let channel: Channel;
  beforeEach(() => (channel = new Channel()));
  afterEach(() => channel.close());

  it('is nothing where all was done', () => {
    channel.putMany(1_000);
    channel.outlet.flush();
    channel.inlet.done.add(1_000);
    expect(channel.outlet.undone()).to.deep.equal([]);
  });

  it('is named by its sparkles, in order: sent and not done, and not sent', () => {
    for (const key of ['ttsc__a', 'ttsc__b', 'ttsc__c']) channel.put(0, key);
    channel.outlet.flush();
    for (const key of ['ttsc__d', 'ttsc__e']) channel.put(0, key);
    channel.outlet.flush();
    channel.put(0, 'ttsc__f');
    channel.inlet.done.add(2);
    expect(channel.outlet.undone()).to.deep.equal(['ttsc__c', 'ttsc__d', 'ttsc__e', 'ttsc__f']);
    channel.inlet.done.add(2);
    expect(channel.outlet.undone()).to.deep.equal(['ttsc__e', 'ttsc__f']);
  });

  it('is counted right where much is in flight and much waits', () => {
    channel.putMany(WINDOW * 2 + 3);
    channel.outlet.flush();
    channel.inlet.done.add(1_234);
    expect(channel.outlet.undone()).to.have.length(WINDOW * 2 + 3 - 1_234);
  });
});
