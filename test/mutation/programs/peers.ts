// Peers of a UdpServer, more than it has room for, on a network that loses datagrams, brings some twice, and some late: each session is told its end once,
// hears nobody but its peer, and what was counted adds up.
import assert from 'node:assert/strict';
import { type Address, type SessionEnd, UdpServer, UdpSession, UdpSocket } from '../../../src/index.js';
import { SeededRandom } from '../../../src/testing/index.js';
import type { Exploration } from '../support/exploration.js';

const MOST = 4;
const PER_HOST = 4;
const HOSTS = ['one', 'two', 'three'];
const WHAT = ['say', 'say', 'say', 'say', 'bye', 'boom', 'rest', 'short'] as const;

/** Writes down what it hears. */
class Session extends UdpSession {
  readonly from = new Set<string>();
  readonly ends: SessionEnd[] = [];
  heard = 0;
  threw = false;

  ttse__onData(data: Buffer): void {
    const [name = '', what] = String(data).split(' ');
    this.from.add(name);
    this.heard++;
    this.send(name);
    if (what === 'bye') this.ttsc__close();
    if (what === 'rest') this.ttsc__pause();
    if (what === 'short') this.setIdleTimeout(100);
    if (what !== 'boom') return;
    this.threw = true;
    throw new Error('boom');
  }
  ttse__onDisconnected(info: SessionEnd): void {
    this.ends.push(info);
  }
}

class Peer extends UdpSocket {
  constructor(
    name: string,
    private readonly server: Address,
  ) {
    super({ name });
  }
  readonly answers = new Set<string>();

  ttsc__say(what: string, times: number): void {
    for (let n = 0; n < times; n++) this.send(`${this.name} ${what}`, this.server);
  }
  ttse__onDatagram(data: Buffer): void {
    this.answers.add(String(data));
  }
}

export const options: Exploration['options'] = { app: () => {} };

export const body: Exploration['body'] = async (distiller) => {
  const random = new SeededRandom(distiller.seed);
  const whenFull = distiller.seed % 2 === 0 ? 'refuse' : 'dropIdlest';
  const sessions: Session[] = [];
  const protocol = (): Session => {
    const session = new Session({ name: `session ${sessions.length}` });
    sessions.push(session);
    return session;
  };
  const [host] = distiller.network.host('server').addresses;
  let server!: UdpServer;
  await distiller.join(
    () => {
      const few = { unheardMessagesPerPeer: 3, unheardMessages: 8 };
      server = new UdpServer({ port: 9, protocol, maxPeers: MOST, whenFull, idleTimeout: 400, ...few });
    },
    { host: 'server' },
  );
  await distiller.settle();
  const peers: Peer[] = [];
  for (const name of HOSTS)
    await distiller.join(
      () => {
        for (let n = 0; n < PER_HOST; n++) peers.push(new Peer(`${name}${n}`, { address: host!, port: 9 }));
      },
      { host: name },
    );
  await distiller.settle();
  const nameOf = new Map(peers.map((peer) => [`${addressOf(peer)}:${peer.local!.port}`, peer.name]));
  function addressOf(peer: Peer): string {
    return distiller.network.host(HOSTS.find((name) => peer.name.startsWith(name))!).addresses[0]!;
  }

  distiller.network.conditions({ latency: 20, jitter: 60, loss: 0.1, duplicate: 0.1 });
  distiller.sparkleTakes(() => random.below(5));
  distiller.always(() => {
    const open = sessions.filter(({ phase }) => phase === 'open').length;
    assert.ok(open <= MOST, `${open} peers have a session`);
    const most = whenFull === 'refuse' ? MOST : 2 * MOST;
    assert.ok(server.counts.open <= most, `${server.counts.open} sessions have not finished`);
  });

  for (let turn = 0; turn < 40; turn++) {
    peers[random.below(peers.length)]!.ttsc__say(WHAT[random.below(WHAT.length)]!, 1 + random.below(6));
    if (distiller.chance(0.05, 'resume')) for (const session of sessions) session.ttsc__resume();
    if (distiller.chance(0.01, 'stop')) server.ttsc__close();
    await distiller.advance(random.below(80));
  }
  server.ttsc__close();
  await distiller.advance('10s');

  assert.ok(server.finished, 'the server has finished');
  for (const [nr, session] of sessions.entries()) {
    const which = `session ${nr}, which has heard ${session.heard} datagrams of ${[...session.from].join()}`;
    assert.equal(session.ends.length, 1, `times that ${which} was told its end`);
    const { address, port } = session.remote;
    assert.ok(session.from.size <= 1 && [...session.from].every((name) => name === nameOf.get(`${address}:${port}`)));
  }
  for (const { answers, name } of peers) assert.ok([...answers].every((answer) => answer === name));
  const { counts } = server;
  const ended = (reason: SessionEnd['reason']): number =>
    sessions.filter(({ ends }) => ends[0]!.reason === reason).length;
  assert.deepEqual(
    [counts.open, counts.accepted, counts.expired, counts.replaced, counts.failed],
    [0, sessions.length, ended('idle'), ended('replaced'), sessions.filter(({ threw }) => threw).length],
  );
  const { dropped, turnedAway } = counts;
  const away = Object.values(turnedAway).reduce((all, each) => all + each, 0);
  const heard = sessions.reduce((all, session) => all + session.heard, 0);
  assert.equal(
    heard + dropped.peerFull + dropped.serverFull + dropped.ended + away,
    counts.receivedMessages,
    'what became of the datagrams',
  );
};
