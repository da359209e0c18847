import { expect } from 'chai';
import { WebSocketGroup } from '../../doors/http.js';
import { codeOf } from '../../support/errors.js';
import { howMany } from '../../support/how-many.js';
import { tidyUp } from '../../support/net-app.js';
import { bench } from '../../support/bench.js';
import { close } from './support/frames.js';
import { Deaf, type FramePeer, type WebSocketApp, serveWebSockets } from './support/serve.js';

describe('A group of WebSockets', () => {
  let app: WebSocketApp<Deaf>;
  afterEach(tidyUp);

  const filled = async (group: WebSocketGroup<Deaf>, count: number, options = {}): Promise<FramePeer[]> => {
    app = await serveWebSockets(() => new Deaf(), {}, { listeners: 1, ...options });
    const peers: FramePeer[] = [];
    for (let n = 0; n < count; n++) {
      const { peer, connection } = await app.open();
      group.add(connection);
      peers.push(peer);
    }
    return peers;
  };
  const send = async (group: WebSocketGroup<Deaf>, message: string | Uint8Array, except?: Deaf) =>
    app.app.inside(() => group.send(message, except));

  it('is told a message, all of it but whom it is from', async () => {
    const group = new WebSocketGroup<Deaf>();
    const peers = await filled(group, howMany(20, 1_000));
    const { length } = peers;
    expect(await send(group, 'all')).to.eql({ sent: length, skipped: 0, closed: 0 });
    expect(await send(group, Buffer.from('some'), app.connections[0])).to.eql({
      sent: length - 1,
      skipped: 0,
      closed: 0,
    });
    await Promise.all(peers.slice(1).map(async (peer) => peer.came(2)));
    expect(peers[0]!.texts).to.eql(['all']);
    for (const { frames } of peers.slice(1)) {
      expect(frames.map(({ opcode }) => opcode)).to.eql([1, 2]);
      expect(frames.map(({ payload }) => payload.toString())).to.eql(['all', 'some']);
    }
    expect(group.counts).to.eql({ sent: 2 * length - 1, skipped: 0, closed: 0 });
  });

  it('has one no more that has ended, or was taken out', async () => {
    const group = new WebSocketGroup<Deaf>();
    const peers = await filled(group, 3);
    peers[0]!.send(close(1000));
    await app.end(1);
    expect(group.size).to.equal(2);
    expect(group.has(app.connections[0]!)).to.equal(false);
    expect(group.delete(app.connections[1]!)).to.equal(true);
    expect([...group]).to.eql([app.connections[2]]);
    group.add(app.connections[0]!);
    expect(group.size).to.equal(1);
  });

  it('goes on without one that is behind, and counts it', async () => {
    const group = new WebSocketGroup<Deaf>({ limit: 100_000 });
    const [slow, quick] = await filled(group, 2);
    slow!.peer.socket.pause();
    let skipped = 0;
    for (let n = 0; n < 200; n++) {
      skipped += (await send(group, Buffer.alloc(50_000))).skipped;
      await bench().settled();
    }
    await quick!.came(200);
    expect(skipped).to.be.within(1, 199);
    expect(group.counts).to.eql({ sent: 400 - skipped, skipped, closed: 0 });
    expect(app.connections[0]!.unsentBytes).to.be.below(200_000);
    slow!.peer.socket.resume();
    await slow!.came(200 - skipped);
    expect(await send(group, 'again')).to.include({ sent: 2 });
  });

  it('or closes it with 1008', async () => {
    const group = new WebSocketGroup<Deaf>({ limit: 100_000, onBehind: 'close' });
    const [slow] = await filled(group, 2);
    slow!.peer.socket.pause();
    for (let n = 0; n < 200; n++) {
      await send(group, Buffer.alloc(50_000));
      await bench().settled();
    }
    expect(group.counts.closed).to.equal(1);
    slow!.peer.socket.resume();
    await slow!.closed();
    expect(slow!.closeCode).to.equal(1008);
    await app.end(1);
    expect(group.size).to.equal(1);
  });

  it('passes answers that are still open', async () => {
    const group = new WebSocketGroup<Deaf>();
    const [peer] = await filled(group, 1);
    const connection = app.connections[0]!;
    const replies: { end(data: string): void }[] = [];
    connection.ttsc__do((own) => void replies.push(own.reply()));
    await bench().till(() => replies.length === 1);
    await send(group, 'news');
    await peer!.came(1);
    connection.ttsc__do(() => replies[0]!.end('answer'));
    await peer!.came(2);
    expect(peer!.texts).to.eql(['news', 'answer']);
  });

  it('refuses invalid messages and invalid options', async () => {
    await filled(new WebSocketGroup<Deaf>(), 1);
    expect(codeOf(() => new WebSocketGroup().send(7 as never))).to.equal('TT_BAD_DATA');
    expect(codeOf(() => new WebSocketGroup({ onBehind: 'wait' } as never))).to.equal('TT_BAD_OPTION');
  });
});
