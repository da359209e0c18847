import { expect } from 'chai';
import { UdpServer } from '../../../../src/index.js';
import { expectCode } from '../../../support/errors.js';
import { startNet, tidyUp } from '../../../support/net-app.js';
import { needsIPv6, udpPeer } from '../../../support/peers.js';
import { Lab } from '../../../support/simulated.js';
import { onRealSockets } from '../../../support/stage.js';
import { RecordedSession, serveUdp } from '../../../support/udp-server.js';

afterEach(tidyUp);

describe('a UdpServer with a socket for each address', () => {
  /** A host with three addresses besides its loopback, a server on it, and a client elsewhere. */
  const scene = async (options = {}) => {
    const lab = new Lab();
    lab.network.host('many', { address: ['10.1.0.1', '10.1.0.2', '10.1.0.3'] });
    const sessions: RecordedSession[] = [];
    let server!: UdpServer;
    const app = await lab.app('many', () => {
      const protocol = (): RecordedSession => (sessions.push(new RecordedSession()), sessions.at(-1)!);
      server = new UdpServer({ protocol, socketPerAddress: true, ...options });
    });
    await lab.settled();
    const client = await lab.udp('client');
    return { lab, app, server, sessions, client };
  };

  it('tells each session the address that its peer has sent to, and answers from there', async () => {
    const { lab, app, server, sessions, client } = await scene();
    const [info] = await app.heard.on('onListening');
    const port = info.port as number;
    expect(info).to.include({ address: '0.0.0.0', family: 'IPv4' });
    const addresses = ['127.0.0.1', '10.1.0.1', '10.1.0.2', '10.1.0.3'];
    expect(server.addresses.map(({ address }) => address)).to.deep.equal(addresses);
    expect(server.addresses.every((each) => each.port === port)).to.equal(true);
    for (const address of ['10.1.0.1', '10.1.0.3']) client.socket.ttsc__send(`to ${address}`, { address, port });
    await lab.pass(10);
    expect(sessions.map(({ local, texts }) => [local!.address, ...texts])).to.deep.equal([
      ['10.1.0.1', 'to 10.1.0.1'],
      ['10.1.0.3', 'to 10.1.0.3'],
    ]);
    for (const session of sessions) session.ttsc__send('back');
    await lab.pass(10);
    expect(client.app.heard.all('onDatagram').map(([, , from]) => from.address)).to.deep.equal([
      '10.1.0.1',
      '10.1.0.3',
    ]);
    expect(server.counts).to.include({ open: 2, sentMessages: 2 });
  });

  it('has one bound of peers for all of them, and closes them all', async () => {
    const { lab, app, server, sessions, client } = await scene({ maxPeers: 1, port: 9 });
    for (const address of ['10.1.0.3', '10.1.0.1']) client.socket.ttsc__send('x', { address, port: 9 });
    await lab.pass(10);
    expect([sessions.length, server.counts.turnedAway.maxPeers]).to.deep.equal([1, 1]);
    await app.finish();
    expect([server.phase, server.addresses]).to.deep.equal(['closed', []]);
    const again = await lab.udp('many', { host: '10.1.0.2', port: 9 });
    expect(again.socket.phase).to.equal('open');
  });

  it('does not open where one of them is taken', async () => {
    const lab = new Lab();
    lab.network.host('many', { address: ['10.1.0.1', '10.1.0.2'] });
    await lab.udp('many', { host: '10.1.0.2', port: 9 });
    const app = await lab.app('many', () => void new UdpServer({ socketPerAddress: true, port: 9 }));
    await lab.settled();
    expectCode((await app.heard.on('onError'))[1], 'TT_ADDRESS_IN_USE');
    await app.heard.on('onInfusionFinished');
    const again = await lab.udp('many', { host: '10.1.0.1', port: 9 });
    expect(again.socket.phase).to.equal('open');
  });

  describe('of this machine', () => {
    onRealSockets('it is about the addresses of its interfaces');

    it('hears on the loopback address, and on those of IPv6', async function () {
      for (const family of [4, 6] as const) {
        if (family === 6) await needsIPv6(this);
        const { server, port, made } = await serveUdp(undefined, { family, socketPerAddress: true });
        const loopback = family === 6 ? '::1' : '127.0.0.1';
        const peer = await udpPeer(loopback);
        peer.send('hello', port, loopback);
        const session = await made();
        await session.heard.on('onData');
        expect(session.local).to.deep.include({ address: loopback, port });
        session.ttsc__send('you too');
        expect(await peer.received()).to.equal('you too');
        server.ttsc__close();
      }
    });
  });

  it('is bound as one where it is not asked for, and knows only where that is', async () => {
    const app = await startNet(() => void new UdpServer({ port: 0 }));
    const [{ tonic, port }] = await app.heard.on('onListening');
    const peer = await udpPeer();
    peer.send('x', port);
    const [session] = await app.heard.on('onData');
    expect([tonic.local, session.local].map(({ address }) => address)).to.deep.equal(['0.0.0.0', '0.0.0.0']);
  });
});
