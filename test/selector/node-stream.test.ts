import { expect } from 'chai';
import { once } from 'node:events';
import { type AddressInfo, type ServerOpts, type Socket, connect, createServer } from 'node:net';
import { Interest } from '../../src/index.js';
import { NodeStream } from '../doors/selector.js';

/** A stream, and the socket of its peer. */
async function pair(options: ServerOpts = {}): Promise<{ stream: NodeStream; peer: Socket; close: () => void }> {
  const server = createServer(options);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const peer = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [socket] = (await once(server, 'connection')) as [Socket];
  const stream = new NodeStream(socket);
  const close = (): void => {
    stream.close();
    peer.destroy();
    server.close();
  };
  return { stream, peer, close };
}

const size = 4 * 1024 * 1024;
const bytes = Buffer.from(Uint32Array.from({ length: size / 4 }, (_, n) => n).buffer);

describe('a stream of Node', () => {
  it('keeps a bounded number of bytes that nobody takes, and gives all of them in the end, in parts of any size', async () => {
    const { stream, peer, close } = await pair();
    let told: (() => void) | undefined;
    stream.attach({ signal: () => told?.(), flushAfterTurn: () => {} });
    stream.interestChanged(Interest.READ);
    peer.write(bytes);
    const got: Buffer[] = [];
    let most = 0;
    for (let total = 0, part = 1; total < size; part = (part * 7) % 100_003) {
      if (stream.received === 0) {
        await new Promise<void>((resolve) => (told = resolve));
        // What more comes now comes although nobody has taken anything.
        for (let poll = 0; poll < 5; poll++) await new Promise((resolve) => setImmediate(resolve));
      }
      most = Math.max(most, stream.received);
      const before = stream.received;
      const taken = stream.take(part)!;
      expect(taken.length).to.be.within(1, part);
      expect(stream.received).to.equal(before - taken.length);
      total += taken.length;
      got.push(taken);
    }
    expect(Buffer.concat(got).equals(bytes)).to.equal(true);
    expect(most).to.be.at.most(32 * 1024 + 64 * 1024);
    close();
  });

  it('keeps no more where reading stops and goes on all the while', async () => {
    const { stream, peer, close } = await pair();
    stream.attach({ signal: () => {}, flushAfterTurn: () => {} });
    peer.write(bytes);
    for (let polls = 0; polls < 200; polls++) {
      stream.interestChanged(Interest.NONE);
      stream.interestChanged(Interest.READ);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(stream.received).to.be.within(1, 32 * 1024 + 64 * 1024);
    close();
  });

  it('tells a reset that comes with the last bytes, and no clean end', async () => {
    const { stream, peer, close } = await pair({ allowHalfOpen: true });
    let error: Error | undefined;
    const hungUp = new Promise<void>((resolve) =>
      stream.attach({
        signal: (ready) => {
          if ((ready & Interest.HANGUP) === 0) return;
          error ??= stream.takeError();
          if (stream.closed) resolve();
        },
        flushAfterTurn: () => {},
      }),
    );
    // The bytes are with the kernel when this returns, and so is the reset: one look finds both.
    peer.write('last words');
    peer.resetAndDestroy();
    stream.interestChanged(Interest.READ);
    await hungUp;
    expect(error).to.include({ code: 'ECONNRESET' });
    expect(String(stream.take())).to.equal('last words');
    close();
  });
});
