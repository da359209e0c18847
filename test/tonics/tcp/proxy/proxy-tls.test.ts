import { expect } from 'chai';
import { TcpServer } from '../../../../src/index.js';
import { writeV2 } from '../../../doors/tonics.js';
import { expectThrow } from '../../../support/errors.js';
import { startNet, tidyUp } from '../../../support/net-app.js';
import { own, connectTls, serveTls } from '../../../support/tls.js';
import { turnedAway } from '../../../support/turned-away.js';

afterEach(tidyUp);

const source = { address: '192.0.2.1', port: 56_324, family: 'IPv4' };
const destination = { address: '198.51.100.2', port: 443, family: 'IPv4' };
const trusted = ['127.0.0.1'];

describe('a PROXY header and TLS', () => {
  it('come one after the other, the header first', async () => {
    const server = await serveTls(own, { proxyProtocol: { trusted } });
    const { client } = await connectTls(server.port, {}, { proxyProtocol: { source, destination } });
    client.ttsc__send('hello');
    await server.app.bench.till(() => server.connections[0]?.text === 'hello');
    const [connection] = server.connections;
    expect([connection!.remote, connection!.local]).to.deep.equal([source, destination]);
    expect(connection!.tls?.version).to.equal('TLSv1.3');
    expect(client.tls?.version).to.equal('TLSv1.3');
  });

  it('may have the header inside', async () => {
    const server = await serveTls(own, { proxyProtocol: { trusted, inside: 'tls' } });
    const { client } = await connectTls(server.port);
    const header = writeV2({ source, destination } as never, { tlvs: [], checksum: true });
    client.ttsc__send(Buffer.concat([header, Buffer.from('hello')]));
    await server.app.bench.till(() => server.connections[0]?.text === 'hello');
    const [connection] = server.connections;
    expect([connection!.remote, connection!.proxy!.peer!.address]).to.deep.equal([source, '127.0.0.1']);
  });

  it('are told by the address of the client where the handshake fails', async () => {
    const server = await serveTls(own, { proxyProtocol: { trusted } });
    await connectTls(server.port, false, { proxyProtocol: { source, destination } }).then(({ client }) =>
      client.ttsc__send('no hello of a client'),
    );
    const [, peer] = await server.heard.on('onTurnedAway');
    expect([peer.reason, peer.remote]).to.deep.equal(['handshake', source]);
    expect(server.server.counts).to.deep.include({ open: 0, turnedAway: turnedAway({ handshake: 1 }) });
  });

  it('deny by the address of the header before the handshake begins', async () => {
    const server = await serveTls(own, { proxyProtocol: { trusted }, deny: ['192.0.2.0/24'] });
    await connectTls(server.port, {}, { proxyProtocol: { source, destination } });
    const [, peer] = await server.heard.on('onTurnedAway');
    expect([peer.reason, peer.remote]).to.deep.equal(['denied', source]);
  });

  it('have one time together', async () => {
    const server = await serveTls(own, { proxyProtocol: { trusted }, handshakeTimeout: 3_000 });
    const peer = await server.connect();
    const began = server.app.bench.clock.now();
    await server.app.bench.pass(2_000);
    peer.send(writeV2({ source, destination } as never, { tlvs: [], checksum: false }));
    await peer.closed();
    expect(server.app.bench.clock.now() - began).to.be.within(2_900, 3_200);
    expect(server.server.counts.turnedAway).to.deep.equal(turnedAway({ handshake: 1 }));
  });

  it('cannot have the header inside where not all connections begin with TLS', async () => {
    const app = await startNet(() => {});
    await app.inside(() => {
      const proxyProtocol = { trusted, inside: 'tls' } as const;
      for (const tls of [undefined, { ...own, mode: 'either' }, { ...own, mode: 'startTls' }])
        expectThrow(() => new TcpServer({ port: 0, proxyProtocol, ...(tls && { tls }) } as never), 'TT_BAD_OPTION');
    });
  });
});
