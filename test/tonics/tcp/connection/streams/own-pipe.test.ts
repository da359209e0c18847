import { expect } from 'chai';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { type Duplex, pipeline } from 'node:stream';
import { bench, till } from '../../../../support/bench.js';
import { expectCode } from '../../../../support/errors.js';
import { Recorder, type ServerApp, serve, tidyUp } from '../../../../support/net-app.js';
import type { MoreOnPort } from '../../../../support/on-port.js';
import type { Peer } from '../../../../support/peers.js';
import { onRealSockets } from '../../../../support/stage.js';

/** What Node has read on the connections that were accepted, as it gave it to the framework. */
const read: Buffer[] = [];
const accepted = (message: unknown): void => {
  (message as { socket: Socket }).socket.on('data', (chunk) => read.push(chunk));
};

/** Pieces of so many bytes and more are freed by hand. */
const LARGE = 16 * 1024;
const MIB = 1024 * 1024;

interface Taken {
  readonly app: ServerApp<Recorder>;
  readonly peer: Peer;
  readonly connection: Recorder;
  readonly stream: Duplex;
}

/** A connection with the stream that has it, and whose reader has begun. */
const taken = async (options: MoreOnPort = {}): Promise<Taken> => {
  const app = await serve(() => new Recorder(), { lingerTimeout: 100, ...options });
  return { app, ...(await another(app)) };
};
const another = async (app: ServerApp<Recorder>): Promise<Omit<Taken, 'app'>> => {
  const { peer, connection } = await app.pair({ allowHalfOpen: true });
  const stream = await connection.inside((self) => self.toDuplex());
  stream.on('error', () => {});
  return { peer, connection, stream };
};

/** The numbers 0, 1, 2, ... so that a byte that is lost, doubled or out of its place shows. */
const numbered = (size: number, from = 0): Buffer => {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4) bytes.writeUInt32BE(at + from, at);
  return bytes;
};

/** One byte there and back: from then on its data is heard as it comes. */
const begin = async ({ peer }: Pick<Taken, 'peer'>, to = peer): Promise<void> => {
  peer.send('.');
  await to.received('.');
  read.length = 0;
};

describe('a pipe between streams of toDuplex()', () => {
  onRealSockets('it is about memory that Node reads into');
  beforeEach(() => {
    read.length = 0;
    subscribe('net.server.socket', accepted);
  });
  afterEach(() => unsubscribe('net.server.socket', accepted));
  afterEach(tidyUp);

  it('frees the memory of what it has handed on', async () => {
    const one = await taken();
    one.stream.pipe(one.stream);
    await begin(one);
    const sent = numbered(MIB);
    one.peer.send(sent);
    await one.peer.received(1 + sent.length);
    expect(one.peer.bytes.subarray(1).equals(sent)).to.equal(true);
    expect(read.some((chunk) => chunk.length === 0)).to.equal(true);
    const { receivedBytes, sentBytes, receivedMessages, sentMessages } = one.connection.traffic;
    expect([receivedBytes, sentBytes, sentMessages]).to.deep.equal([1 + MIB, 1 + MIB, receivedMessages]);
  });

  it('leaves what a second listener hears as it is, however long that keeps it', async () => {
    const one = await taken();
    const kept: Buffer[] = [];
    one.stream.pipe(one.stream);
    await begin(one);
    one.stream.on('data', (chunk: Buffer) => kept.push(chunk));
    const sent = numbered(MIB);
    one.peer.send(sent);
    await one.peer.received(1 + sent.length);
    expect(Buffer.concat(kept).equals(sent)).to.equal(true);
  });

  it('leaves what goes on to a second stream as it is', async () => {
    const one = await taken();
    const two = await another(one.app);
    one.stream.pipe(one.stream);
    one.stream.pipe(two.stream);
    await begin(one);
    const sent = numbered(MIB);
    one.peer.send(sent);
    await Promise.all([one.peer.received(1 + sent.length), two.peer.received(1 + sent.length)]);
    for (const { bytes } of [one.peer, two.peer]) expect(bytes.subarray(1).equals(sent)).to.equal(true);
    expect(read.every((chunk) => chunk.length > 0)).to.equal(true);
  });

  it('is over with unpipe(): who listens then hears all, and keeps it', async () => {
    const one = await taken();
    one.stream.pipe(one.stream);
    await begin(one);
    one.stream.unpipe(one.stream);
    const kept: Buffer[] = [];
    one.stream.on('data', (chunk: Buffer) => kept.push(chunk)).resume();
    const sent = numbered(MIB);
    one.peer.send(sent);
    await till(() => kept.reduce((sum, { length }) => sum + length, 0) === sent.length);
    expect(Buffer.concat(kept).equals(sent)).to.equal(true);
    expect(one.peer.text).to.equal('.');
  });

  it('shows what passes to who has replaced write() or emit()', async () => {
    for (const method of ['write', 'emit'] as const) {
      const one = await taken();
      one.stream.pipe(one.stream);
      await begin(one);
      const seen: unknown[] = [];
      const before = one.stream[method].bind(one.stream) as (...args: unknown[]) => boolean;
      one.stream[method] = (...args: unknown[]) => {
        if (method === 'write' || args[0] === 'data') seen.push(args.at(-1));
        return before(...args);
      };
      one.peer.send(Buffer.alloc(LARGE, 'x'));
      await one.peer.received(1 + LARGE);
      expect(Buffer.concat(seen as Buffer[]).equals(Buffer.alloc(LARGE, 'x')), method).to.equal(true);
    }
  });

  it('keeps to the water mark of a peer that takes nothing, and loses nothing when that goes on', async () => {
    const one = await taken({ highWaterMark: 65_536 });
    one.stream.pipe(one.stream);
    await begin(one);
    const sent = numbered(8 * MIB);
    one.peer.socket.pause();
    one.peer.send(sent);
    let most = 0;
    await till(() => (most = Math.max(most, one.connection.unsentBytes)) >= 65_536);
    await bench().settled();
    // What Node had read when it was told to stop is one read more.
    expect(Math.max(most, one.connection.unsentBytes)).to.be.at.most(2 * 65_536);
    expect(one.stream.readableLength + one.stream.writableLength).to.be.at.most(4 * 65_536);
    one.peer.socket.resume();
    await one.peer.received(1 + sent.length);
    expect(one.peer.bytes.subarray(1).equals(sent)).to.equal(true);
  });

  it('sends behind what was written before, small or large', async () => {
    const one = await taken();
    const two = await another(one.app);
    one.stream.pipe(two.stream);
    await begin(one, two.peer);
    const first = Buffer.alloc(MIB, 'a');
    two.stream.write('small ');
    two.stream.write(first);
    one.peer.send('piped');
    await two.peer.received(1 + 6 + MIB + 5);
    expect(two.peer.text.slice(0, 8)).to.equal('.small a');
    expect(two.peer.text.slice(-6)).to.equal('apiped');
  });

  it('waits while its stream is paused, and goes on in order', async () => {
    const one = await taken();
    one.stream.pipe(one.stream);
    await begin(one);
    one.stream.pause();
    await one.peer.sends('first ');
    await till(() => one.stream.readableLength === 6);
    expect(one.peer.text).to.equal('.');
    one.stream.resume();
    one.peer.send('second');
    expect(await one.peer.received(13)).to.equal('.first second');
  });

  it('goes both ways by pipeline(a, b, a), and ends in order', async () => {
    const one = await taken();
    const two = await another(one.app);
    const over = new Promise<unknown>((resolve) => pipeline(one.stream, two.stream, one.stream, resolve));
    await begin(one, two.peer);
    const [there, back] = [numbered(MIB), numbered(MIB, 7)];
    one.peer.socket.end(there);
    two.peer.socket.end(back);
    await Promise.all([one.peer.ended(), two.peer.ended()]);
    expect(two.peer.bytes.subarray(1).equals(there)).to.equal(true);
    expect(one.peer.bytes.equals(back)).to.equal(true);
    expect(await bench().until(over)).to.equal(undefined);
  });

  it('tells what is piped to a closed connection as an error, as before', async () => {
    const one = await taken();
    const two = await another(one.app);
    one.stream.pipe(two.stream);
    await begin(one, two.peer);
    const error = new Promise<Error>((resolve) => two.stream.once('error', resolve));
    await two.connection.inside((self) => self.ttsc__close());
    one.peer.send(Buffer.alloc(LARGE));
    expectCode(await bench().until(error), 'TT_SEND_REFUSED');
  });
});
