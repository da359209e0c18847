import { randomBytes } from 'node:crypto';
import { connect, createSecureContext } from 'node:tls';
import { expect } from 'chai';
import { TcpClient, type TcpConnection, type TlsInfo } from '../../../src/index.js';
import { Authority } from '../../support/certificates.js';
import { Recorder, serve, startNet, tidyUp } from '../../support/net-app.js';
import { connectTo } from '../../support/peers.js';
import { onRealSockets } from '../../support/stage.js';
import { type TlsClient, authority, connectTls, own, serveTls } from '../../support/tls.js';

async function agreed({ app, client }: TlsClient): Promise<TlsInfo> {
  await app.heard.on('onConnected');
  return client.tls!;
}

class First extends Recorder {}
class Second extends Recorder {}

describe('a handshake', () => {
  afterEach(tidyUp);

  it('tells both sides version and cipher: by default the newest, with forward secrecy', async () => {
    const server = await serveTls();
    const tls = await agreed(await connectTls(server.port));
    expect(tls).to.include({ version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', alpn: undefined });
    expect((await server.made()).tls).to.include({ version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' });
  });

  it('shows the client the certificate of the name that it asks for', async () => {
    const other = authority.issue({ name: 'other', hosts: ['other.example.com'] });
    const all = authority.issue({ name: 'all', hosts: ['*.example.org'] });
    const exact = createSecureContext(authority.issue({ name: 'exact', hosts: ['exact.example.org'] }));
    const names = { '*.example.org': all, 'other.example.com': other, 'Exact.example.org': { context: exact } };
    const server = await serveTls({ ...own, names });
    const shown = async (servername: string): Promise<string | undefined> =>
      (await agreed(await connectTls(server.port, { servername }))).identity?.commonName;
    expect(await shown('other.example.com')).to.equal('other');
    expect(await shown('any.example.org')).to.equal('all');
    expect(await shown('exact.example.org')).to.equal('exact');
    expect(await shown('localhost')).to.equal('server of a test');
    await server.made(4);
    expect(server.connections.map(({ tls }) => tls?.servername)).to.deep.equal([
      'other.example.com',
      'any.example.org',
      'exact.example.org',
      'localhost',
    ]);
  });

  it('chooses the protocol of the connection', async () => {
    const alpn = { 'first/1': First, 'second/1': Second };
    const made: TcpConnection<string>[] = [];
    const record =
      <C extends Recorder>(Class: new () => C) =>
      (): C => {
        const connection = new Class();
        made.push(connection as TcpConnection<string>);
        return connection;
      };
    const server = await serve(() => record(Recorder)(), {
      tls: { ...own, alpn: { 'first/1': record(alpn['first/1']), 'second/1': record(alpn['second/1']) } },
    });
    expect((await agreed(await connectTls(server.port, { alpn: ['second/1'] }))).alpn).to.equal('second/1');
    expect((await agreed(await connectTls(server.port, { alpn: ['second/1', 'first/1'] }))).alpn).to.equal('first/1');
    expect((await agreed(await connectTls(server.port))).alpn).to.equal(undefined);
    await server.made();
    expect(made.map(({ constructor }) => constructor)).to.deep.equal([Second, First, Recorder]);
  });

  it('tells the server who the client is, where its certificate was verified', async () => {
    const device = authority.issue({ name: 'device-7', hosts: ['device-7.example.com', '10.0.0.7'] });
    const server = await serveTls({ ...own, ca: authority.cert });
    await agreed(await connectTls(server.port, device));
    const { identity } = (await server.made()).tls!;
    expect(identity).to.include({ commonName: 'device-7', subject: 'CN=device-7', issuer: 'CN=authority of a test' });
    expect(identity!.names).to.deep.equal(['DNS:device-7.example.com', 'IP Address:10.0.0.7']);
    expect(identity!.fingerprint).to.match(/^([\dA-F]{2}:){31}[\dA-F]{2}$/);
    expect(identity!.validTo.getTime()).to.be.greaterThan(identity!.validFrom.getTime());
  });

  it('lets a client without a certificate in where that is optional, with no identity', async () => {
    const server = await serveTls({ ...own, ca: authority.cert, clientCertificates: 'optional' });
    await agreed(await connectTls(server.port));
    await agreed(await connectTls(server.port, authority.issue({ name: 'somebody' })));
    await agreed(
      await connectTls(server.port, { ...authority.issue({ to: new Date('2021-01-01'), from: new Date(0) }) }),
    );
    await server.made(3);
    const names = server.connections.map(({ tls }) => tls?.identity?.commonName);
    expect(names).to.deep.equal([undefined, 'somebody', undefined]);
  });

  it('does not look at who the server is where the client says so, and then there is no identity', async () => {
    const server = await serveTls(authority.issue({ hosts: ['elsewhere'] }));
    const tls = await agreed(await connectTls(server.port, { verify: false }));
    expect(tls.identity).to.equal(undefined);
  });

  it('serves plain peers on the same port, where both may come', async () => {
    const server = await serveTls({ ...own, mode: 'either' });
    const peer = await connectTo(server.port);
    peer.send('plain');
    await server.made();
    const tls = await connectTls(server.port);
    tls.client.ttsc__send('secret');
    await agreed(tls);
    await server.made(2);
    for (const connection of server.connections) await connection.heard.on('onData');
    expect(server.connections.map(({ text }) => text)).to.deep.equal(['plain', 'secret']);
    expect(server.connections.map(({ tls: info }) => info?.version)).to.deep.equal([undefined, 'TLSv1.3']);
  });
});

describe('a client that connects again', () => {
  afterEach(tidyUp);

  /** Whether the second connection of a client has gone on from the session of the first. */
  async function resumes(tls: Parameters<typeof connectTls>[1]): Promise<boolean> {
    const server = await serveTls();
    const { app, client } = await connectTls(server.port, tls);
    await app.heard.on('onConnected');
    // What a later handshake goes on from comes before this.
    (await server.made()).ttsc__send('welcome');
    await app.heard.on('onData');
    client.ttsc__reconnect();
    await app.heard.on('onConnected', 2);
    const { resumed } = client.tls!;
    expect((await server.made(2)).tls!.resumed).to.equal(resumed);
    expect(server.server.counts.handshakes).to.deep.equal(resumed ? { full: 1, resumed: 1 } : { full: 2, resumed: 0 });
    return resumed;
  }

  it('goes on from its session', async () => {
    expect(await resumes({})).to.equal(true);
  });

  it('does not where it shall not', async () => {
    expect(await resumes({ resume: false })).to.equal(false);
  });

  it('is verified as its session was: who trusts others begins anew', async () => {
    const server = await serveTls();
    const other = new Authority('another');
    const app = await startNet(() => {
      new TcpClient({ ...to(server.port), name: 'trusts', tls: { ca: authority.cert } });
    });
    const [trusts] = await app.heard.on('onConnected');
    (await server.made()).ttsc__send('welcome');
    await app.heard.on('onData');
    (trusts as TcpClient).ttsc__close();
    await app.heard.on('onDisconnected');
    await app.inside((ear) => {
      new TcpClient({ ...to(server.port), name: 'trusts not', base: ear, tls: { ca: other.cert } });
    });
    const [, error] = await app.heard.on('onError');
    expect(error.code).to.equal('TT_TLS_UNKNOWN_AUTHORITY');
  });
});

function to(port: number): { readonly host: string; readonly port: number; readonly retries: number } {
  return { host: '127.0.0.1', port, retries: 0 };
}

describe('a server that requires certificates', () => {
  onRealSockets('the client is one of Node, which goes on from a session where ours would not');
  afterEach(tidyUp);

  it('asks for one also who has a session of a server that asked for none, with the same keys', async () => {
    const ticketKeys = randomBytes(48);
    const open = await serveTls({ ...own, ticketKeys });
    const guarded = await serveTls({ ...own, ticketKeys, ca: authority.cert });
    const reach = { host: '127.0.0.1', ca: authority.cert, servername: 'localhost' };
    const first = connect({ ...reach, port: open.port }).resume();
    const session = await new Promise<Buffer>((resolve) => first.once('session', resolve));
    first.destroy();
    const second = connect({ ...reach, port: guarded.port, session }).on('error', () => {});
    const [, turned] = await guarded.heard.on('onTurnedAway');
    expect(turned.error.code).to.equal('TT_TLS_NO_CERTIFICATE');
    expect(guarded.connections).to.deep.equal([]);
    second.destroy();
  });
});
