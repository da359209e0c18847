import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, BlockList, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TLSSocket, connect } from 'node:tls';
import { BroadcastChannel } from 'node:worker_threads';
import { expect } from 'chai';
import { nodeNetwork, SelectorCatalyst, TcpConnection, TcpServer, type TurnedAway } from '../../../../src/index.js';
import { lines } from '../../../../src/framing/index.js';
import { WARN } from '../../../support/app.js';
import { Authority } from '../../../support/certificates.js';
import { expectCode, expectThrow } from '../../../support/errors.js';
import { type NetApp, startNet, tidyUp } from '../../../support/net-app.js';
import { Peer, closePeers } from '../../../robustness/support/peer.js';
import { until } from '../../../robustness/support/later.js';
import { LOADING, SlowToLoad } from '../../programs/slow-to-load.js';
import { SpreadEcho } from '../../programs/spread-echo.js';
import { onRealSockets } from '../../../support/stage.js';
import type { OnPort } from '../../../support/on-port.js';

describe('a TcpServer with connections on several threads', function () {
  // Each thread loads the sources anew, which takes seconds on a busy machine.
  this.timeout(60_000);
  onRealSockets('the kernel brings connections to real threads');
  let app: NetApp;
  let server: TcpServer;
  let network = nodeNetwork;

  const serve = async (options: Partial<OnPort> = {}, listens = true): Promise<number> => {
    app = await startNet(
      () => {
        server = new TcpServer({ port: 0, host: '127.0.0.1', protocol: SpreadEcho, catalysts: 2, ...options });
      },
      { main: () => new SelectorCatalyst({ network }) },
    );
    if (listens) await app.heard.on('onListening');
    return server.local?.port ?? 0;
  };
  const threadOf = async (peer: Peer, text = 'x'): Promise<string> => {
    peer.send(text);
    const back = (await peer.take(text.length + 5)).toString();
    expect(back).to.match(new RegExp(`^ *\\d+:${text}$`));
    return back.slice(0, 4).trim();
  };
  /** Asks with a connection that is closed again: who asks until another thread answers must not take every descriptor meanwhile. */
  const threadOfNext = async (port: number): Promise<string> => {
    const peer = await Peer.connect(port);
    const thread = await threadOf(peer);
    peer.socket.end();
    await peer.closed;
    return thread;
  };
  const connectAll = async (port: number, count: number): Promise<Peer[]> =>
    Promise.all(Array.from({ length: count }, async () => Peer.connect(port)));

  afterEach(async () => {
    await closePeers();
    await tidyUp();
  });

  it('refuses a framing that its threads could not be given', async () => {
    app = await startNet(() => {
      const refused = (): TcpServer => new TcpServer({ port: 0, catalysts: 2, framing: lines() });
      expect(expectThrow(refused, 'TT_BAD_OPTION').details['option']).to.equal('framing');
    });
  });

  it('refuses a protocol that its threads could not load', async () => {
    class Local extends TcpConnection {}
    const refusals: unknown[] = [];
    app = await startNet(() => {
      const options = { port: 0, catalysts: 2 };
      for (const protocol of [undefined, Local, () => new Local()]) {
        const error = expectThrow(() => new TcpServer({ ...options, ...(protocol && { protocol }) }), 'TT_BAD_OPTION');
        refusals.push(error.details['option']);
      }
    });
    expect(refusals).to.deep.equal(['protocol', 'protocol', 'protocol']);
    expect(
      [...app.ledger].map(({ name }) => name),
      'nothing of them stays',
    ).to.deep.equal(['tt_main_catalyst', 'ear']);
  });

  describe('on a Node that cannot', () => {
    const main = (): SelectorCatalyst => {
      return new SelectorCatalyst({ network: { ...nodeNetwork, canReusePort: false, canHandOver: false } });
    };

    it('says so, and serves on one thread', async () => {
      app = await startNet(
        () => (server = new TcpServer({ port: 0, host: '127.0.0.1', protocol: SpreadEcho, catalysts: 2 })),
        { main },
      );
      await app.heard.on('onListening');
      expect(app.messages(WARN).join()).to.include('its connections run on one thread');
      const peers = await connectAll(server.local!.port, 4);
      for (const peer of peers) expect(await threadOf(peer)).to.equal('0');
    });

    it('refuses the option reusePort', async () => {
      await startNet(() => void expectThrow(() => new TcpServer({ port: 0, reusePort: true }), 'TT_NO_REUSE_PORT'), {
        main,
      });
    });
  });

  const WAYS = [
    { title: 'that each listen on the port', can: nodeNetwork.canReusePort, canHandOver: false },
    { title: 'that are handed their connections', can: nodeNetwork.canHandOver, canHandOver: true },
  ];
  for (const { title, can, canHandOver } of WAYS)
    describe(title, () => {
      before(function () {
        network = { ...nodeNetwork, canHandOver };
        if (can) return;
        console.log(`      skipped: Node ${process.versions.node} cannot`);
        this.skip();
      });

      it('serves on each of them, and counts for all', async () => {
        const port = await serve();
        const peers = await connectAll(port, 40);
        const threads = new Set(await Promise.all(peers.map(async (peer) => threadOf(peer))));
        expect(threads.size).to.equal(2);
        expect(threads).not.to.include('0');
        expect(server.counts).to.deep.include({ accepted: 40, open: 40, failed: 0 });
        for (const peer of peers) peer.socket.end();
        await until(() => server.counts.open === 0, 'all have gone');
        expect(server.counts.accepted).to.equal(40);
      });

      it('listens when each of them can serve: nobody waits for one that loads', async () => {
        const threads = new BroadcastChannel(LOADING);
        const loading: unknown[] = [];
        const heard = new Promise<void>((resolve) => {
          // Where each thread listens, the others follow the first one, which has the port.
          const first = canHandOver ? 2 : 1;
          threads.onmessage = ({ data }: { data?: unknown }) => loading.push(data) === first && resolve();
        });
        await serve({ protocol: SlowToLoad }, false);
        await heard;
        expect([server.phase, server.local]).to.deep.equal(['opening', undefined]);
        threads.onmessage = () => threads.postMessage('go on');
        threads.postMessage('go on');
        await app.heard.on('onListening');
        threads.close();
        expect((await Peer.connect(server.local!.port)).socket.readyState).to.equal('open');
      });

      it('has one limit for all, and turns away beyond it', async () => {
        const port = await serve({ maxConnections: 10 });
        const peers = await connectAll(port, 16);
        const served = await Promise.all(
          peers.map(async (peer) => {
            peer.send('x');
            return (await peer.take(6)).length === 6;
          }),
        );
        expect(served.filter(Boolean)).to.have.length(10);
        expect(server.counts).to.deep.include({ accepted: 10, open: 10 });
        expect(server.counts.turnedAway.maxConnections).to.equal(6);
        await until(() => app.heard.count('onTurnedAway') === 6, 'it is told of each');
        const [, turnedAway] = app.heard.all('onTurnedAway')[0] as [unknown, TurnedAway];
        expect(turnedAway.reason).to.equal('maxConnections');
        expect(turnedAway.remote?.address).to.equal('127.0.0.1');
      });

      it('limits by address over all of them, follows a BlockList in all, and counts whom it turns away', async () => {
        const deny = new BlockList();
        const port = await serve({ deny, maxConnectionsPerAddress: 5 });
        const counted = (): number => server.counts.accepted + server.counts.turnedAway.addressLimit;
        await connectAll(port, 20);
        await until(() => counted() === 20, 'all are served or turned away');
        expect(server.counts.accepted).to.be.within(4, 5);
        deny.addAddress('127.0.0.1');
        await connectAll(port, 4);
        await until(() => server.counts.turnedAway.denied === 4, 'all are denied');
        expect(counted()).to.equal(20);
      });

      it('lets as many in at once as its burst says, over all of them', async () => {
        const port = await serve({ acceptRate: { perSecond: 0.01, burst: 10 } });
        await connectAll(port, 40);
        await until(() => server.counts.accepted + server.counts.turnedAway.rate === 40, 'all are counted');
        expect(server.counts.accepted).to.equal(10);
      });

      it('speaks TLS in each of them: a session of one goes on in the other, and each shows its new certificate', async () => {
        const authority = new Authority();
        const folder = mkdtempSync(join(tmpdir(), 'threads-'));
        const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
        const issue = (name: string): void => {
          const { cert, key } = authority.issue({ name });
          writeFileSync(files.certFile, cert);
          writeFileSync(files.keyFile, key);
        };
        issue('first');
        const port = await serve({ tls: files });
        const ask = async (session?: Buffer): Promise<{ thread: string; socket: TLSSocket; session: Buffer }> => {
          const reach = { port, host: '127.0.0.1', servername: 'localhost', ca: authority.cert };
          const socket = connect({ ...reach, ...(session && { session }) });
          const given = once(socket, 'session');
          socket.write('x');
          const [answer] = (await once(socket, 'data')) as [Buffer];
          const [next] = session === undefined ? ((await given) as [Buffer]) : [session];
          socket.end();
          return { thread: answer.toString().slice(0, 4).trim(), socket, session: next };
        };
        const first = await ask();
        const resumed = new Set<string>();
        while (resumed.size < 2) {
          const { thread, socket } = await ask(first.session);
          if (socket.isSessionReused()) resumed.add(thread);
        }
        issue('second');
        await app.inside(() => server.ttsc__reloadCertificates());
        const renewed = new Set<string>();
        while (renewed.size < 2) {
          const { thread, socket } = await ask();
          if (socket.getPeerCertificate().subject.CN === 'second') renewed.add(thread);
        }
        rmSync(folder, { recursive: true });
      });

      it('absorbs what a connection throws, and counts it', async () => {
        const port = await serve();
        const [bad, good] = (await connectAll(port, 2)) as [Peer, Peer];
        bad.send('throw');
        await bad.closed;
        await threadOf(good);
        await until(() => server.counts.failed === 1, 'it is counted');
      });

      it('starts a thread again that has died; the connections of the others go on', async () => {
        const port = await serve();
        const peers = await connectAll(port, 20);
        const threads = await Promise.all(peers.map(async (peer) => threadOf(peer)));
        const doomed = threads[0]!;
        peers[0]!.send('die');
        await Promise.all(peers.filter((_, at) => threads[at] === doomed).map(async ({ closed }) => closed));
        const others = peers.filter((_, at) => threads[at] !== doomed);
        for (const peer of others) await threadOf(peer);
        await until(() => server.counts.open === others.length, 'those of the thread are counted no more');
        const before = new Set(threads);
        let found = doomed;
        while (before.has(found)) found = await threadOfNext(port);
      });

      it('gives the places of an address back that a dead thread had, and no others', async () => {
        const most = 12;
        const port = await serve({ maxConnectionsPerAddress: most });
        const connect = async (): Promise<{ readonly peer: Peer; readonly thread: string }> => {
          const peer = await Peer.connect(port);
          return { peer, thread: await threadOf(peer) };
        };
        const oneMoreIsTurnedAway = async (nr: number): Promise<void> => {
          await Peer.connect(port);
          await until(() => server.counts.turnedAway.addressLimit === nr, 'one more is turned away');
        };
        const held = [await connect()];
        // One at a time: of two that come at once for the last place, both may be turned away.
        while (held.length < most) held.push(await connect());
        await oneMoreIsTurnedAway(1);

        const [{ peer, thread: doomed }] = held as [(typeof held)[0]];
        const lost = held.filter(({ thread }) => thread === doomed);
        peer.send('die');
        await Promise.all(lost.map(async ({ peer: { closed } }) => closed));
        await until(() => server.counts.open === most - lost.length, 'those of the thread are counted no more');
        for (const _ of lost) await connect();
        await oneMoreIsTurnedAway(2);
        expect(server.counts).to.deep.include({ accepted: most + lost.length, open: most });
      });

      it('turns all away while it is paused', async () => {
        const port = await serve();
        server.ttsc__pause();
        while (server.counts.turnedAway.paused === 0) {
          const peer = await Peer.connect(port);
          peer.socket.end();
          await peer.closed;
        }
        server.ttsc__resume();
        for (let served = false; !served;) {
          const peer = await Peer.connect(port);
          peer.send('x');
          served = (await peer.take(6)).length === 6;
        }
      });

      it('tells that the port is in use, and finishes', async () => {
        const other = createServer().listen(0, '127.0.0.1');
        await once(other, 'listening');
        await serve({ port: (other.address() as AddressInfo).port }, false);
        const [, error] = await app.heard.on('onError');
        expectCode(error, 'TT_ADDRESS_IN_USE');
        await app.heard.on('onInfusionFinished');
        other.close();
      });

      it('lets its connections finish when it closes, and leaves nothing', async () => {
        const port = await serve();
        const peers = await connectAll(port, 10);
        await Promise.all(peers.map(async (peer) => threadOf(peer)));
        server.ttsc__close();
        await Promise.all(peers.map(async ({ closed }) => closed));
        await app.heard.on('onInfusionFinished');
        expect(server.counts.open).to.equal(0);
        expect(app.messages(WARN)).to.deep.equal([]);
      });
    });
});
