import { expect } from 'chai';
import {
  ConnectionGroup,
  type ConnectionGroupOptions,
  type DisconnectInfo,
  TcpConnection,
  TcpServer,
} from '../../../../src/index.js';
import { lines, netstrings } from '../../../../src/framing/index.js';
import { HttpServer, overWebSocket } from '../../../doors/http.js';
import { FramePeer, opening } from '../../../http/websocket/support/serve.js';
import { VirtualBench, bench } from '../../../support/bench.js';
import { codeOf } from '../../../support/errors.js';
import { FakeNetwork } from '../../../support/fake-network.js';
import { howMany } from '../../../support/how-many.js';
import { serve, startNet, tidyUp } from '../../../support/net-app.js';
import { connectTo } from '../../../support/peers.js';

/** A member, of which a test may do what it can do. */
class Guest extends TcpConnection.with({ framing: lines() }) {
  readonly ends: DisconnectInfo[] = [];
  drains = 0;
  failure: Error | undefined;

  override ttse__onFrame(line: string): void {
    if (line === 'nets') this.setFraming(netstrings({ encoding: 'utf8' }));
    if (line === 'later') this.#later = this.reply();
    if (line === 'now') this.#later?.end('answer\n');
  }
  #later: { end(text: string): void } | undefined;

  ttse__onDrain(): void {
    this.drains++;
    this.sendFrame('drained');
  }
  override ttse__onFailure(error: Error): void {
    this.failure = error;
  }
  override ttse__onDisconnected(info: DisconnectInfo): void {
    this.ends.push(info);
  }
}

const guests = async (group: ConnectionGroup<Guest>, count: number) => {
  const app = await serve(() => new Guest());
  const peers = [];
  for (let n = 0; n < count; n++) {
    const { peer, connection } = await app.pair();
    group.add(connection);
    peers.push(peer);
  }
  return { app, peers, connections: app.connections };
};

/** Members whose peers are in the hands of the test: a stuck one takes nothing. */
const stuckGuests = async (options: ConnectionGroupOptions<string> = {}) => {
  const group = new ConnectionGroup<Guest>(options);
  const network = new FakeNetwork();
  const clock = new VirtualBench();
  const connections: Guest[] = [];
  const protocol = (): Guest => {
    const guest = new Guest();
    connections.push(guest);
    return guest;
  };
  const app = await startNet(
    () => void new TcpServer({ port: 9, protocol, highWaterMark: 20_000, lowWaterMark: 5_000 }),
    { options: { network }, bench: clock },
  );
  const listener = await network.listener();
  listener.listens();
  const [slow, quick] = [network.peer(), network.peer()];
  for (const stream of [slow, quick]) listener.accepts(stream);
  await clock.settled();
  for (const connection of connections) group.add(connection);
  slow.stuck = true;
  const say = async (text: string) => {
    const result = await app.inside(() => group.sendFrame(text));
    await clock.settled();
    return result;
  };
  return { app, clock, group, slow, quick, connections, say };
};

const LINE = 'k'.repeat(999);

describe('a ConnectionGroup', () => {
  afterEach(tidyUp);

  it('sends a frame to all members but the one that it comes from', async () => {
    const group = new ConnectionGroup<Guest>();
    const { app, peers, connections } = await guests(group, howMany(5, 100));
    const { length } = peers;
    expect(await app.app.inside(() => group.sendFrame('all'))).to.deep.equal({ sent: length, skipped: 0 });
    expect((await app.app.inside(() => group.sendFrame('some', connections[0]))).sent).to.equal(length - 1);
    for (const peer of peers.slice(1)) await peer.received('all\nsome\n');
    expect(peers[0]!.text).to.equal('all\n');
    expect(group.counts).to.deep.equal({ sent: 2 * length - 1, skipped: 0 });
  });

  it('encodes it for each as the framing of that one says, and sends bytes as they are', async () => {
    const group = new ConnectionGroup<Guest>();
    const { app, peers } = await guests(group, 3);
    peers[1]!.send('nets\n');
    await bench().settled();
    await app.app.inside(() => group.sendFrame('frame'));
    await app.app.inside(() => group.send(['by', Buffer.from('tes')]));
    expect(await peers[0]!.received('frame\nbytes')).to.equal('frame\nbytes');
    expect(await peers[1]!.received('5:frame,bytes')).to.equal('5:frame,bytes');
    expect(await peers[2]!.received('frame\nbytes')).to.equal('frame\nbytes');
  });

  it('has a member no more that has closed or was taken out, and takes none that is closed', async () => {
    const group = new ConnectionGroup<Guest>();
    const { app, peers, connections } = await guests(group, 3);
    const [one, two, three] = connections as [Guest, Guest, Guest];
    peers[0]!.end();
    await peers[0]!.closed();
    await bench().settled();
    expect([group.size, group.has(one)]).to.deep.equal([2, false]);
    expect([group.delete(two), group.delete(two)]).to.deep.equal([true, false]);
    expect([...group.add(one).add(three)]).to.deep.equal([three]);
    expect(await app.app.inside(() => group.sendFrame('to three'))).to.deep.equal({ sent: 1, skipped: 0 });
  });

  it('sends nothing to a member that closes', async () => {
    const group = new ConnectionGroup<Guest>();
    const { app, peers, connections } = await guests(group, 2);
    connections[0]!.ttsc__close();
    const { sent } = await app.app.inside(() => group.sendFrame('news'));
    expect(sent).to.equal(1);
    await peers[0]!.closed();
    expect(peers[0]!.text).to.equal('');
    await bench().settled();
    expect(connections[0]!.ends).to.have.lengthOf(1);
  });

  it('skips a member from its high-water mark to its low-water mark, and delays no other', async () => {
    const { group, slow, quick, say, connections, clock } = await stuckGuests();
    for (let n = 0; n < 21; n++) expect(await say(LINE)).to.deep.equal({ sent: 2, skipped: 0 });
    for (let n = 0; n < 5; n++) expect(await say(LINE)).to.deep.equal({ sent: 1, skipped: 1 });
    expect(connections[0]!.unsentBytes).to.equal(21_000);
    slow.takes(15_999);
    await clock.settled();
    expect(await say(LINE)).to.deep.equal({ sent: 1, skipped: 1 });
    slow.takes(1);
    await clock.settled();
    expect(await say(LINE)).to.deep.equal({ sent: 2, skipped: 0 });
    expect(group.counts).to.deep.equal({ sent: 50, skipped: 6 });
    expect(connections.map(({ drains }) => drains)).to.deep.equal([1, 0]);
    expect(quick.sent).to.have.lengthOf(28_000);
  });

  it('tells a member how many it has missed, once, and before it says anything of its own', async () => {
    const { slow, say, clock } = await stuckGuests({ missed: (count) => `missed ${count}` });
    for (let n = 0; n < 25; n++) await say(LINE);
    slow.stuck = false;
    slow.takes(21_000);
    await clock.settled();
    await say('again');
    const tail = slow.sent.slice(21_000);
    expect(tail).to.equal('missed 4\ndrained\nagain\n');
  });

  it('sends nothing to a member that has room again before it is told what it has missed', async () => {
    const { app, group, slow, clock } = await stuckGuests({ missed: (count) => `missed ${count}` });
    const sent = await app.inside(() => {
      for (let n = 0; n < 25; n++) group.sendFrame(LINE);
      slow.stuck = false;
      slow.takes(21_000);
      return group.sendFrame('meanwhile');
    });
    await clock.settled();
    expect(sent).to.deep.equal({ sent: 1, skipped: 1 });
    expect(slow.sent.slice(21_000)).to.equal('missed 5\ndrained\n');
  });

  it('fails a member where what tells it throws, and no other', async () => {
    const thrown = new RangeError('no text');
    const { slow, say, clock, connections } = await stuckGuests({
      missed: () => {
        throw thrown;
      },
    });
    for (let n = 0; n < 25; n++) await say(LINE);
    slow.stuck = false;
    slow.takes(21_000);
    await clock.settled();
    expect(connections.map(({ failure }) => failure)).to.deep.equal([thrown, undefined]);
    expect(await say('goes on')).to.deep.equal({ sent: 2, skipped: 0 });
  });

  it('passes replies that are open', async () => {
    const group = new ConnectionGroup<Guest>();
    const { app, peers } = await guests(group, 1);
    peers[0]!.send('later\n');
    await bench().settled();
    await app.app.inside(() => group.sendFrame('news'));
    await peers[0]!.received('news\n');
    peers[0]!.send('now\n');
    expect(await peers[0]!.received('news\nanswer\n')).to.equal('news\nanswer\n');
  });

  it('has members over WebSockets beside those over TCP', async () => {
    const group = new ConnectionGroup<Guest>();
    class Joins extends Guest {
      ttse__onConnected(): void {
        group.add(this);
      }
    }
    const Carried = overWebSocket(Joins);
    const app = await startNet(() => {
      new TcpServer({ host: '127.0.0.1', port: 0, protocol: Joins });
      new HttpServer({ host: '127.0.0.1', port: 0, webSockets: { '/': { protocol: () => new Carried() } } });
    });
    await app.heard.until(() => app.heard.count('onListening') === 2, 'two servers');
    const infos = app.heard.all('onListening').map(([info]) => info);
    const [web, tcp] = [true, false].map(
      (isWeb) => infos.find(({ tonic }) => tonic instanceof HttpServer === isWeb)?.port,
    );
    const peer = await connectTo(tcp!);
    const framed = new FramePeer((await connectTo(web!)).send(opening()));
    await framed.answered();
    await bench().settled();
    expect(group.size).to.equal(2);
    await app.inside(() => group.sendFrame('to both'));
    await peer.received('to both\n');
    await framed.came(1);
    expect(framed.texts).to.deep.equal(['to both\n']);
    framed.peer.reset();
    await bench().till(() => group.size === 1);
  });

  it('refuses data that cannot be sent, and invalid options', async () => {
    class Bare extends TcpConnection {}
    const bare = new ConnectionGroup<Bare>();
    const app = await serve(() => new Bare());
    bare.add((await app.pair()).connection);
    expect(codeOf(() => bare.sendFrame('x'))).to.equal('TT_NO_FRAMING');
    expect(codeOf(() => bare.send(7 as never))).to.equal('TT_BAD_DATA');
    expect(codeOf(() => new ConnectionGroup({ missed: 'x' } as never))).to.equal('TT_BAD_OPTION');
    expect(codeOf(() => new ConnectionGroup({ limit: 7 } as never))).to.equal('TT_BAD_OPTION');
  });
});
