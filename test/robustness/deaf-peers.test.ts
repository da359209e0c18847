import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { Peer, closePeers, connectMany } from './support/peer.js';
import { Program, endPrograms } from './support/program.js';

const DEAF = 20;
/** What one connection may hold: its high-water mark, what is read of it for one turn (256 KiB each), and buffers not full. */
const MOST_PER_PEER = 1024 * 1024;

/** What a deaf peer sends, again and again: of a length that no buffer has, so that a lost or doubled byte shows. */
const BLOCK = randomBytes(65_521);

function isBlocks(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += BLOCK.length) {
    const part = bytes.subarray(at, at + BLOCK.length);
    if (!part.equals(BLOCK.subarray(0, part.length))) return false;
  }
  return true;
}

/** Sends for ever and reads nothing. */
class DeafPeer {
  given = 0;
  #on = true;

  constructor(readonly peer: Peer) {
    peer.socket.pause();
    peer.socket.on('drain', () => this.#push());
    this.#push();
  }

  stop(): void {
    this.#on = false;
    this.peer.socket.end();
  }

  #push(): void {
    for (let room = true; this.#on && room; this.given += BLOCK.length) room = this.peer.socket.write(BLOCK);
  }
}

describe(`${DEAF} peers that send for ever and never read`, () => {
  let server: Program;
  let other: Peer;
  let deaf: DeafPeer[];

  beforeEach(async () => {
    server = new Program('echo-server', { flags: ['--expose-gc'] });
    const port = await server.port();
    other = await Peer.connect(port);
    deaf = (await connectMany(port, DEAF)).map((peer) => new DeafPeer(peer));
    for (let count = 0; count < DEAF; count++) await server.heard('highWater');
  });
  afterEach(async () => {
    await closePeers();
    await endPrograms();
  });

  const sent = (): number => deaf.reduce((sum, { peer }) => sum + peer.sent, 0);
  const held = async (): Promise<number> => {
    const { heapUsed, external } = (await server.ask('memory')) as unknown as NodeJS.MemoryUsage;
    return heapUsed + external;
  };

  /** Other peers go on, and time passes, until the deaf ones can send no more. */
  const untilStuck = async (): Promise<number[]> => {
    const times: number[] = [];
    for (let before = -1; sent() !== before;) {
      before = sent();
      for (let count = 0; count < 200; count++) times.push(await other.echo('are you still there?'));
    }
    return times;
  };

  it('are held back, and the memory stays bounded', async () => {
    const idle = new Program('echo-server', { flags: ['--expose-gc'] });
    await idle.port();
    const { heapUsed, external } = (await idle.ask('memory')) as unknown as NodeJS.MemoryUsage;
    await untilStuck();
    expect((await held()) - heapUsed - external).to.be.below(DEAF * MOST_PER_PEER);
    // A busy kernel still takes some after a pause: but it comes to an end.
    let stuckAt = -1;
    for (let tries = 0; tries < 10 && sent() !== stuckAt; tries++) {
      stuckAt = sent();
      await untilStuck();
    }
    expect(sent(), 'bytes that the system took').to.equal(stuckAt);
    expect((await held()) - heapUsed - external).to.be.below(DEAF * MOST_PER_PEER);
  });

  it('keep no other peer waiting', async () => {
    const times = (await untilStuck()).sort((a, b) => a - b);
    expect(times[Math.floor(times.length * 0.99)]!, 'p99 of a round trip, ms').to.be.below(50);
  });

  it('get every byte back when they start to read', async () => {
    await untilStuck();
    for (const { peer } of deaf) peer.socket.resume();
    // Long enough to be held back and let go again many times.
    const enough = deaf.map(async (each) => each.peer.receivedAtLeast(4 * MOST_PER_PEER).then(() => each.stop()));
    await Promise.all(enough);
    for (const { peer, given } of deaf) {
      const all = await peer.takeAll();
      expect(all.length).to.equal(given);
      expect(isBlocks(all), 'the same bytes in the same order').to.equal(true);
      expect(peer.error).to.equal(undefined);
    }
  });
});
