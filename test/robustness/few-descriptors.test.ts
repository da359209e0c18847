import { expect } from 'chai';
import type { ServerCounts } from '../../src/index.js';
import { Peer, closePeers } from './support/peer.js';
import { Program, endPrograms } from './support/program.js';
import { turnedAway } from '../support/turned-away.js';

const DESCRIPTORS = 40;
const PEERS = 60;

describe(`With ${DESCRIPTORS} file descriptors`, () => {
  before(function () {
    if (process.platform === 'win32') this.skip();
  });
  afterEach(async () => {
    await closePeers();
    await endPrograms();
  });

  it(`a server that ${PEERS} peers connect to serves as many as it can, and counts those it turns away`, async () => {
    const server = new Program('few-descriptors', { descriptors: DESCRIPTORS });
    const { port, maxConnections } = (await server.heard('listening')) as unknown as {
      port: number;
      maxConnections: number;
    };
    expect(maxConnections).to.be.within(1, DESCRIPTORS - 1);

    const peers = await Promise.all(Array.from({ length: PEERS }, async () => Peer.connect(port)));
    // Of very many the rest of a second is told as one, at its end.
    const counts = async (toBeHeard = 0): Promise<{ counts: ServerCounts; heard: number }> => {
      const now = (await server.ask('counts')) as never as { counts: ServerCounts; heard: number };
      return now.heard < toBeHeard ? counts(toBeHeard) : now;
    };
    // Each of them is served, or closed.
    const served: Peer[] = [];
    const closed: Peer[] = [];
    await Promise.all(
      peers.map(async (peer) => {
        peer.send('hello');
        const back = await peer.take(5);
        (back.length === 5 ? served : closed).push(peer);
      }),
    );
    const { counts: counted } = await counts();
    const away = Object.values(counted.turnedAway).reduce((sum, count) => sum + count, 0);
    expect(counted.accepted).to.equal(served.length);
    expect(away).to.equal(closed.length);
    expect(counted.accepted + away).to.equal(PEERS);
    expect((await counts(away)).heard).to.equal(away);
    expect(served.length).to.equal(maxConnections);

    // Those who have a connection keep it, and whoever comes when one has left is served.
    for (const peer of served) await peer.echo('still there?');
    served[0]!.socket.end();
    await served[0]!.closed;
    while ((await counts()).counts.open === served.length);
    await (await Peer.connect(port)).echo('is there room?');
    expect((await counts()).counts.accepted).to.equal(served.length + 1);
  });

  describe('a server whose app opens files later', () => {
    interface Counts {
      readonly counts: ServerCounts;
      readonly heard: number;
      readonly errors: readonly string[];
      readonly maxConnections: number;
    }
    let server: Program;
    let port: number;
    let mostAtFirst: number;
    const ask = async (toBeHeard = 0): Promise<Counts> => {
      const now = (await server.ask('counts')) as unknown as Counts;
      return now.heard < toBeHeard ? ask(toBeHeard) : now;
    };
    /** So many peers come, and each is served or closed: how many are served. */
    const storm = async (count: number): Promise<number> => {
      const served = await Promise.all(
        Array.from({ length: count }, async () => {
          const peer = await Peer.connect(port);
          peer.send('hello');
          return (await peer.take(5)).length === 5;
        }),
      );
      return served.filter(Boolean).length;
    };

    beforeEach(async () => {
      server = new Program('few-descriptors', { descriptors: DESCRIPTORS });
      const told = await server.heard('listening');
      port = told['port'] as number;
      mostAtFirst = told['maxConnections'] as number;
    });

    it('turns away, with an event and a count, whom it has no descriptor for by then', async () => {
      await server.ask('openSome');
      const served = await storm(PEERS);
      const { counts, heard, errors } = await ask(PEERS - served);
      expect(served).to.equal(Math.max(mostAtFirst - 10, 0));
      expect(counts).to.deep.include({ accepted: served, open: served });
      expect(counts.turnedAway).to.deep.equal(turnedAway({ descriptors: PEERS - served }));
      expect([heard, errors]).to.deep.equal([PEERS - served, []]);
    });

    it('tells once that every one is taken, turns all peers away aloud, and serves again when there are some', async () => {
      await server.ask('openAll');
      expect((await server.heard('failed'))['code']).to.equal('TT_OUT_OF_DESCRIPTORS');
      expect(await storm(PEERS)).to.equal(0);
      expect(await storm(PEERS)).to.equal(0);
      const { counts, heard, errors, maxConnections } = await ask(2 * PEERS);
      expect(counts.turnedAway.descriptors).to.equal(2 * PEERS);
      expect([heard, errors, maxConnections]).to.deep.equal([2 * PEERS, ['TT_OUT_OF_DESCRIPTORS'], 0]);

      await server.ask('closeFiles');
      expect(await storm(mostAtFirst)).to.equal(mostAtFirst);
      expect((await ask()).counts.accepted).to.equal(mostAtFirst);
    });
  });

  it(`${PEERS} clients: those without a descriptor are told so, and the others connect`, async () => {
    const server = new Program('echo-server');
    const clients = new Program('few-descriptors', {
      descriptors: DESCRIPTORS,
      args: [String(await server.port()), String(PEERS)],
    });
    const codes: unknown[] = [];
    while (codes.length < PEERS) codes.push((await clients.heard('outcome'))['code']);
    expect(new Set(codes)).to.deep.equal(new Set(['connected', 'TT_OUT_OF_DESCRIPTORS']));
    expect(codes.filter((code) => code === 'connected').length).to.be.within(1, DESCRIPTORS - 1);
    clients.kill('SIGTERM');
    expect(await clients.ended).to.deep.equal({ code: 0, signal: null });
  });
});
