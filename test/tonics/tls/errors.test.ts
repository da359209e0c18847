import { createSecureContext } from 'node:tls';
import { expect } from 'chai';
import { TcpConnection } from '../../../src/index.js';
import { Authority, selfSigned } from '../../support/certificates.js';
import { serve, tidyUp } from '../../support/net-app.js';
import { connectTo } from '../../support/peers.js';
import { authority, connectTls, errorOf, own, serveTls } from '../../support/tls.js';

const LONG_AGO = new Date('2020-01-01');
const SINCE = new Date('2021-01-01');
const LATER = new Date('2090-01-01');

class Silent extends TcpConnection {
  ttse__onData(): void {}
}

class Greeter extends TcpConnection {
  ttse__onConnected(): void {
    this.send('220 welcome\r\n');
  }
  ttse__onData(): void {}
}

/** The sentence for an address that is known, whatever the port. */
function sentence(error: { readonly message: string }): string {
  return error.message.replace(/127\.0\.0\.1:\d+/, 'the peer');
}

describe('what a handshake that fails tells', () => {
  afterEach(tidyUp);

  it('of a certificate that has expired', async () => {
    const { port } = await serveTls(authority.issue({ name: 'old', from: LONG_AGO, to: SINCE }));
    const error = await errorOf(await connectTls(port));
    expect(error.code).to.equal('TT_TLS_EXPIRED');
    expect(sentence(error)).to.equal('The certificate of the peer (CN=old) expired on 2021-01-01: have it renewed.');
  });

  it('of a certificate that is not valid yet', async () => {
    const { port } = await serveTls(authority.issue({ name: 'new', from: LATER, to: new Date('2091-01-01') }));
    const error = await errorOf(await connectTls(port));
    expect(error.code).to.equal('TT_TLS_NOT_YET_VALID');
    expect(sentence(error)).to.contain('(CN=new) is valid from 2090-01-01 on');
  });

  it('of a certificate for other names', async () => {
    const { port } = await serveTls(authority.issue({ hosts: ['mail.example.com', 'www.example.com'] }));
    const error = await errorOf(await connectTls(port, { servername: 'example.com' }));
    expect(error.code).to.equal('TT_TLS_WRONG_NAME');
    expect(sentence(error)).to.contain('is for mail.example.com, www.example.com, not for example.com');
  });

  it('of an authority that is not trusted', async () => {
    const { port } = await serveTls();
    const error = await errorOf(await connectTls(port, { ca: new Authority('somebody else').cert }));
    expect(error.code).to.equal('TT_TLS_UNKNOWN_AUTHORITY');
    expect(sentence(error)).to.contain(
      '(CN=server of a test) is signed by CN=authority of a test, which is not trusted',
    );
  });

  it('of a certificate that nobody else has signed', async () => {
    const { port } = await serveTls(selfSigned('alone'));
    const error = await errorOf(await connectTls(port));
    expect(error.code).to.equal('TT_TLS_UNKNOWN_AUTHORITY');
    expect(sentence(error)).to.contain('(CN=alone) is signed by itself');
  });

  it('to the client, of a server that speaks plain text first', async () => {
    const { port } = await serve(() => new Greeter());
    const error = await errorOf(await connectTls(port));
    expect(error.code).to.equal('TT_TLS_NOT_SPOKEN');
    expect(sentence(error)).to.contain('the peer sent plain text where TLS was expected');
  });

  it('to the server, of a client that sends plain text', async () => {
    const server = await serveTls();
    const peer = await connectTo(server.port);
    peer.send('GET / HTTP/1.1\r\n\r\n');
    const [, turned] = await server.heard.on('onTurnedAway');
    expect(turned.reason).to.equal('handshake');
    expect(turned.error.code).to.equal('TT_TLS_NOT_SPOKEN');
    expect(turned.error.message).to.match(/^127\.0\.0\.1:\d+ sent plain text where TLS was expected/);
    expect(server.server.counts.turnedAway.handshake).to.equal(1);
    expect(server.server.counts.open).to.equal(0);
    await peer.heard.on('close');
  });

  it('to the server, of a client that speaks TLS before it was asked to', async () => {
    const server = await serveTls({ ...own, mode: 'startTls' });
    const client = await connectTls(server.port);
    await errorOf(client);
    const [error] = await server.connections[0]!.heard.on('onError');
    expect(error.code).to.equal('TT_TLS_UNEXPECTED');
    expect(error.message).to.match(/^127\.0\.0\.1:\d+ began with TLS where plain text was expected/);
    expect(server.connections[0]!.text).to.equal('');
  });

  it('of a client that has no certificate where one is required, on both sides', async () => {
    const server = await serveTls({ ...own, ca: authority.cert });
    const client = await connectTls(server.port);
    const [, turned] = await server.heard.on('onTurnedAway');
    expect(turned.error.code).to.equal('TT_TLS_NO_CERTIFICATE');
    const error = await errorOf(client);
    expect(error.code).to.equal('TT_TLS_CERTIFICATE_WANTED');
  });

  it('of a client whose certificate has expired, on both sides', async () => {
    const server = await serveTls({ ...own, ca: authority.cert });
    const old = authority.issue({ from: LONG_AGO, to: SINCE });
    const client = await connectTls(server.port, old);
    const [, turned] = await server.heard.on('onTurnedAway');
    expect(turned.error.code).to.equal('TT_TLS_EXPIRED');
    const [, info] = await client.app.heard.on('onDisconnected');
    expect(info.error?.code ?? info.reason).to.be.oneOf(['TT_PEER_RESET', 'peerReset', 'peerEnded', 'TT_TLS_CUT_OFF']);
  });

  it('of two that have no version in common', async () => {
    const server = await serveTls({ ...own, minVersion: 'TLSv1.3' });
    const context = createSecureContext({ ca: authority.cert, maxVersion: 'TLSv1.2' });
    const client = await connectTls(server.port, { context });
    const [, turned] = await server.heard.on('onTurnedAway');
    expect(turned.error.code).to.equal('TT_TLS_NOTHING_IN_COMMON');
    expect((await errorOf(client)).code).to.equal('TT_TLS_NOTHING_IN_COMMON');
  });

  it('of two that have no protocol in common', async () => {
    const server = await serveTls({ ...own, alpn: ['echo/2'] });
    const client = await connectTls(server.port, { alpn: ['echo/1'] });
    const [, turned] = await server.heard.on('onTurnedAway');
    expect(turned.error.code).to.equal('TT_TLS_NO_PROTOCOL');
    expect((await errorOf(client)).code).to.equal('TT_TLS_NO_PROTOCOL');
  });

  it('of a peer that goes in the middle of it', async () => {
    const server = await serveTls();
    const peer = await connectTo(server.port);
    peer.send(Buffer.from('160301', 'hex'));
    peer.socket.end();
    const [, turned] = await server.heard.on('onTurnedAway');
    expect(turned.error.code).to.equal('TT_TLS_CUT_OFF');
  });

  it('to a client, of a server that says nothing', async () => {
    const { port } = await serve(() => new Silent());
    const error = await errorOf(await connectTls(port, {}, { connectTimeout: 600 }));
    expect(error.code).to.equal('TT_TLS_TIMEOUT');
    expect(sentence(error)).to.match(/^The TLS handshake with the peer was not complete after 600 ms: /);
  });

  it('of a handshake that takes too long', async () => {
    const server = await serveTls(own, { handshakeTimeout: 500 });
    const peer = await connectTo(server.port);
    const [, turned] = await server.heard.on('onTurnedAway');
    expect(turned.reason).to.equal('handshake');
    expect(turned.error.code).to.equal('TT_TLS_TIMEOUT');
    await peer.heard.on('close');
  });
});
