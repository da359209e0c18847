import os from 'node:os';
import { createSecureContext } from 'node:tls';
import { expect } from 'chai';
import { lines } from '../../../../src/framing/index.js';
import { TcpConnection, TcpServer } from '../../../../src/index.js';
import { writeV1 } from '../../../doors/tonics.js';
import { WARN } from '../../../support/app.js';
import { expectThrow } from '../../../support/errors.js';
import { type NetApp, startNet, tidyUp } from '../../../support/net-app.js';
import type { OnPort } from '../../../support/on-port.js';
import { type Peer, closePeers, connectTo } from '../../../support/peers.js';
import { stage } from '../../../support/stage.js';
import { authority, connectTls, own } from '../../../support/tls.js';
import { SpreadLines } from '../../programs/spread-lines.js';

describe('the option catalysts of a TcpServer', function () {
  // On real sockets each thread loads the sources anew, which takes seconds on a busy machine.
  this.timeout(60_000);
  let app: NetApp;
  let server: TcpServer;

  const serve = async (options: Partial<OnPort> = {}): Promise<number> => {
    app = await startNet(() => {
      server = new TcpServer({ port: 0, host: '127.0.0.1', protocol: SpreadLines, catalysts: 2, ...options });
    });
    await app.heard.on('onListening');
    return server.local!.port;
  };
  const turnedAway = (): number => Object.values(server.counts.turnedAway).reduce((all, one) => all + one, 0);
  /** So many peers, of whom it is known by then whether they came in. */
  const connectAll = async (port: number, count: number): Promise<Peer[]> => {
    const before = server.counts.accepted + turnedAway();
    const peers = await Promise.all(Array.from({ length: count }, async () => connectTo(port)));
    await app.bench.till(() => server.counts.accepted + turnedAway() === before + count);
    return peers;
  };
  const answerOf = async (peer: Peer, line = 'hello'): Promise<string> => {
    peer.send(`${line}\n`);
    await peer.heard.until(() => peer.text.endsWith(`${line}\n`), `the answer (${peer.text})`);
    return peer.text.trim();
  };
  /** The threads that answer so many peers. */
  const threadsOf = async (peers: readonly Peer[]): Promise<Set<string>> => {
    const answers: string[] = [];
    for (const peer of peers) answers.push(await answerOf(peer));
    return new Set(answers.map((answer) => answer.split(' ')[0]!));
  };
  const catalysts = (): number => [...app.ledger].filter(({ name }) => name.endsWith('ServerCatalyst')).length;
  const onSoManyCores = (cores: number): void => {
    os.availableParallelism = () => cores;
  };

  /** On real sockets the neighbours try as much; each thread costs a second there. */
  const inVirtualTime = (running: Mocha.Context): void => {
    if (stage().isReal) running.skip();
  };

  const { availableParallelism } = os;
  before(function () {
    if (stage().network.canReusePort) return;
    console.log(`      skipped: Node ${process.versions.node} cannot share a port between threads`);
    this.skip();
  });
  afterEach(async function () {
    os.availableParallelism = availableParallelism;
    closePeers();
    await tidyUp.call(this);
  });

  it("makes as many threads for 'all' as the process can run at once", async function () {
    inVirtualTime(this);
    onSoManyCores(3);
    const port = await serve({ catalysts: 'all' });
    expect(catalysts()).to.equal(3);
    expect(await threadsOf(await connectAll(port, 24))).not.to.include('0');
    expect(app.messages(WARN)).to.deep.equal([]);
  });

  it("needs no thread for 'all' where there is one core", async () => {
    onSoManyCores(1);
    const port = await serve({ catalysts: 'all' });
    expect(await threadsOf(await connectAll(port, 2))).to.deep.equal(new Set(['0']));
    expect(catalysts()).to.equal(0);
    expect(app.messages(WARN)).to.deep.equal([]);
  });

  it("refuses for 'all' what threads could not be given, on a machine with one core as well", async () => {
    onSoManyCores(1);
    await startNet(() => {
      const refused = (): TcpServer => new TcpServer({ port: 0, catalysts: 'all', protocol: TcpConnection });
      expect(expectThrow(refused, 'TT_BAD_OPTION').details['option']).to.equal('protocol');
    });
  });

  it('refuses an invalid number of threads', async () => {
    await startNet(() => {
      for (const catalysts of [0, -1, 1.5, NaN, '4', 'ALL', true, null, []]) {
        const refused = (): TcpServer => new TcpServer({ port: 0, protocol: SpreadLines, catalysts } as never);
        const error = expectThrow(refused, 'TT_BAD_OPTION');
        expect(error.details['option']).to.equal('catalysts');
        expect(error.message).to.include("must be 'all' or a whole number, 1 or more");
      }
    });
  });

  it('refuses of TLS what threads cannot be given: contexts, and classes by ALPN', async () => {
    const context = createSecureContext(own);
    await startNet(() => {
      for (const tls of [
        { context },
        { ...own, names: { 'a.example': { context } } },
        { ...own, alpn: { a: SpreadLines } },
      ]) {
        const refused = (): TcpServer => new TcpServer({ port: 0, protocol: SpreadLines, catalysts: 2, tls });
        const error = expectThrow(refused, 'TT_BAD_OPTION');
        expect(error.details['option']).to.equal('tls');
        expect(error.message).to.include('with "catalysts"');
      }
    });
  });

  it('refuses a framing that threads cannot be given, and says where to give it', async () => {
    await startNet(() => {
      const options = { port: 0, protocol: SpreadLines, catalysts: 2, framing: lines() };
      const error = expectThrow(() => new TcpServer(options), 'TT_BAD_OPTION');
      expect(error.details['option']).to.equal('framing');
      expect(error.message).to.include('TcpConnection.with({ framing })');
    });
  });

  it('has TLS in each thread, with the certificate of each name', async function () {
    inVirtualTime(this);
    const other = authority.issue({ name: 'the other', hosts: ['other.example'] });
    const port = await serve({ tls: { ...own, names: { 'other.example': other } } });
    const seen = new Set<string>();
    for (let n = 0; n < 60 && seen.size < 4; n++) {
      const servername = n % 3 === 0 ? 'localhost' : 'other.example';
      const { app: far, client } = await connectTls(port, { servername });
      await far.heard.on('onConnected');
      client.ttsc__send('hello\n');
      const [, bytes] = (await far.heard.on('onData')) as [unknown, Buffer];
      seen.add(`${bytes.toString().split(' ')[0]} ${client.tls!.identity!.commonName}`);
    }
    expect(new Set([...seen].map((one) => one.slice(2)))).to.deep.equal(new Set(['server of a test', 'the other']));
    expect(seen.size).to.equal(4);
    expect(server.counts.handshakes.full + server.counts.handshakes.resumed).to.equal(server.counts.accepted);
  });

  it('reads PROXY headers and frames in each thread, and limits whom they tell of over all of them', async () => {
    const port = await serve({ proxyProtocol: { trusted: ['127.0.0.1'] }, maxConnectionsPerAddress: 3 });
    const from = async (address: string): Promise<Peer> => {
      const before = server.counts.accepted + turnedAway();
      const peer = await connectTo(port);
      peer.send(writeV1({ source: { address, port: 1_000 }, destination: { address: '192.0.2.9', port: 2 } }));
      await app.bench.till(() => server.counts.accepted + turnedAway() === before + 1);
      return peer;
    };
    const first: Peer[] = [];
    for (let n = 0; n < 12; n++) first.push(await from('192.0.2.1'));
    expect(server.counts).to.deep.include({ accepted: 3, open: 3 });
    expect(server.counts.turnedAway.addressLimit).to.equal(9);
    expect(await answerOf(await from('192.0.2.2'))).to.match(/^\d 192\.0\.2\.2 hello$/);
    for (const peer of first) peer.end();
    await app.bench.till(() => server.counts.open === 1);
    for (let n = 0; n < 12; n++) await from('192.0.2.1');
    expect(server.counts).to.deep.include({ accepted: 7, open: 4 });
  });

  it('counts peers at the door, connections and accepts a second over all of them', async () => {
    const options = { handshakes: 3, maxConnections: 20, acceptRate: { perSecond: 0.01, burst: 12 } };
    const port = await serve({ tls: own, ...options });
    const peers = await Promise.all(Array.from({ length: 20 }, async () => connectTo(port)));
    await app.bench.till(() => turnedAway() === 17);
    expect(server.counts.turnedAway).to.include({ handshakes: 9, rate: 8, maxConnections: 0 });
    expect(server.counts).to.deep.include({ accepted: 0, open: 3 });
    for (const peer of peers) peer.end();
    await app.bench.till(() => server.counts.open === 0);
  });

  it('reads no more a second than totalReadRate, over all of them', async function () {
    inVirtualTime(this);
    const port = await serve({ totalReadRate: { perSecond: 1_000_000, burst: 1 } });
    const peers = await connectAll(port, 8);
    const clock = (): number => app.main.clock.now();
    const begun = clock();
    for (const peer of peers) peer.send(`${'x'.repeat(49_999)}\n`);
    for (const peer of peers) await answerOf(peer, 'end');
    expect(clock() - begun).to.be.at.least(300);
  });
});
