import { expect } from 'chai';
import { type Peer, closePeers, connectMany } from './support/peer.js';
import { Program, endPrograms } from './support/program.js';
import { howMany } from '../support/how-many.js';

const CLIENTS = howMany(25, 50);

/** Asks for replies, so many at a time, until the connection ends; takes what comes apart. */
class Asker {
  asked = 0;
  answered = 0;
  /** Bytes of a reply that is not complete. */
  partial = 0;
  readonly done: Promise<void>;

  constructor(
    readonly peer: Peer,
    readonly replyBytes: number,
    atOnce: number,
  ) {
    for (let count = 0; count < atOnce; count++) this.#ask();
    this.done = this.#takeReplies();
  }

  #ask(): void {
    if (this.peer.ended || this.peer.socket.destroyed) return;
    const request = Buffer.alloc(4);
    request.writeUInt32BE(this.replyBytes);
    this.peer.send(request);
    this.asked++;
  }

  async #takeReplies(): Promise<void> {
    const expected = Buffer.alloc(this.replyBytes, this.replyBytes % 251);
    expected.writeUInt32BE(this.replyBytes);
    for (;;) {
      const reply = await this.peer.take(this.replyBytes);
      if (reply.length < this.replyBytes) {
        this.partial = reply.length;
        this.peer.socket.end();
        return this.peer.closed;
      }
      // As one comparison: a peer that is busy for seconds would be one that takes nothing.
      expect(reply.equals(expected), 'the bytes of a reply').to.equal(true);
      this.answered++;
      this.#ask();
    }
  }
}

describe('SIGTERM under load', function () {
  this.timeout(60_000);

  afterEach(async () => {
    await closePeers();
    await endPrograms();
  });

  const loaded = async (options: object, replyBytes: number, atOnce: number) => {
    const server = new Program('frame-server', { args: [JSON.stringify(options)] });
    const peers = await connectMany(await server.port(), CLIENTS);
    const askers = peers.map((peer) => new Asker(peer, replyBytes, atOnce));
    // Replies are on their way to each of them.
    await Promise.all(peers.map(async (peer) => peer.receivedAtLeast(replyBytes * 2)));
    return { server, askers };
  };

  const LOADS = [
    { title: 'small replies, one at a time', work: 'none', replyBytes: 100, atOnce: 1 },
    { title: 'small replies, many at a time', work: 'none', replyBytes: 100, atOnce: 32 },
    { title: 'large replies, which leave in parts', work: 'none', replyBytes: 200_000, atOnce: 4 },
    { title: 'replies that take some orders', work: 'orders', replyBytes: 1_000, atOnce: 32 },
    { title: 'replies that take time', work: 'time', replyBytes: 1_000, atOnce: 4 },
  ];
  for (const { title, work, replyBytes, atOnce } of LOADS) {
    it(`loses none of ${title}`, async () => {
      const { server, askers } = await loaded({ work }, replyBytes, atOnce);
      server.kill('SIGTERM');
      const ended = await server.heard('ended');
      await Promise.all(askers.map(async ({ done }) => done));
      expect(await server.ended, server.output).to.deep.equal({ code: 0, signal: null });
      expect(ended).to.include({ exitCode: 0, signal: 'SIGTERM' });
      expect(askers.map(({ partial }) => partial)).to.deep.equal(askers.map(() => 0));
      const answered = askers.reduce((sum, asker) => sum + asker.answered, 0);
      expect(answered, 'complete replies, for the requests that were read').to.equal(ended['read']);
      expect(server.output).not.to.contain('TT_ABORTED');
    });
  }

  it('that comes twice ends it at once, with exit code 143', async () => {
    const { server } = await loaded({ work: 'time', drains: false }, 1_000, 4);
    server.kill('SIGTERM');
    await server.heard('terminating');
    server.kill('SIGTERM');
    expect(await server.ended).to.deep.equal({ code: 143, signal: null });
    expect(server.output).not.to.contain('TT_ABORTED');
  });

  it('ends it when the grace period is over, names what is left, and has exit code 1', async () => {
    const { server } = await loaded({ work: 'time', drains: false, grace: 300 }, 1_000, 1);
    server.kill('SIGTERM');
    expect(await server.heard('ended')).to.include({ exitCode: 1, signal: 'SIGTERM' });
    expect(await server.ended).to.deep.equal({ code: 1, signal: null });
    const lines = server.output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const aborted = lines.filter(({ code }) => code === 'TT_ABORTED').map(({ tonic }) => String(tonic));
    expect(
      aborted.filter((name) => name.includes('SlowFrames')),
      'connections',
    ).to.have.length(CLIENTS);
    expect(aborted.slice(-3)).to.deep.equal(['frames', 'main', 'tt_main_catalyst']);
  });
});
