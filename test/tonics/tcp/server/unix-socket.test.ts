import { expect } from 'chai';
import { expectCode } from '../../../support/errors.js';
import { tidyUp } from '../../../support/net-app.js';
import { authority, own } from '../../../support/tls.js';
import { appAt, clientAt, errorIn, freePath, removeFolders, serveAt } from '../../../support/unix.js';

afterEach(tidyUp);
afterEach(removeFolders);

describe('a UNIX socket', () => {
  it('carries bytes both ways between a server at a path and a client', async () => {
    const path = freePath();
    const { connection } = await serveAt(path);
    const { app, client } = await clientAt(path);
    client.ttsc__send('hello');
    const peer = await connection();
    expect(String(await peer.heard.on('onData'))).to.equal('hello');
    peer.ttsc__send('hello yourself');
    const [, data] = await app.heard.on('onData');
    expect(String(data)).to.equal('hello yourself');
  });

  it('tells its path as the address of the server, and of a client that it has none', async () => {
    const path = freePath();
    const at = { address: path, port: 0, family: 'UNIX' };
    const none = { address: '', port: 0, family: 'UNIX' };
    const { server, connection, info } = await serveAt(path);
    const { app, client } = await clientAt(path);
    await app.heard.on('onConnected');
    expect(info).to.include({ ...at, transport: 'tcp' });
    expect(server.local).to.deep.equal(at);
    expect([client.local, client.remote]).to.deep.equal([none, at]);
    const { local, remote } = await connection();
    expect([local, remote]).to.deep.equal([at, none]);
  });

  it('is named by its path in the log', async () => {
    const path = freePath();
    const { app: server } = await serveAt(path);
    const { app: client } = await clientAt(path);
    await client.heard.on('onConnected');
    expect(server.lines.map(({ msg }) => msg)).to.include(`listens on unix:${path}`);
    expect(client.lines.map(({ msg }) => msg)).to.include(`is connected to unix:${path}`);
  });

  it('ends as a connection on a port does: what was sent before comes, and then the end', async () => {
    const path = freePath();
    const { connection } = await serveAt(path);
    const { app, client } = await clientAt(path);
    await app.heard.on('onConnected');
    client.ttsc__send('last words');
    client.ttsc__close();
    const peer = await connection();
    const [info] = await peer.heard.on('onDisconnected');
    expect(info).to.include({ reason: 'peerEnded', discarded: 0 });
    expect(String(await peer.heard.on('onData'))).to.equal('last words');
  });

  it('that is aborted is over for both, although it knows no reset', async () => {
    const path = freePath();
    const { connection } = await serveAt(path);
    const { app, client } = await clientAt(path);
    await app.heard.on('onConnected');
    client.ttsc__abort();
    const [info] = await (await connection()).heard.on('onDisconnected');
    expect(info.reason).to.equal('peerEnded');
    expect((await app.heard.on('onDisconnected'))[1].reason).to.equal('aborted');
  });

  it('of a server that has closed is gone, and another one may have the path', async () => {
    const path = freePath();
    const first = await serveAt(path);
    first.server.ttsc__close();
    await first.app.heard.on('onInfusionFinished');
    const { app } = await clientAt(path);
    expectCode(await errorIn(app), 'TT_NO_SUCH_PATH');
    const second = await serveAt(path);
    expect(second.server.phase).to.equal('listening');
  });

  it('where somebody answers is not taken from him', async () => {
    const path = freePath();
    const first = await serveAt(path);
    const second = await appAt(path);
    const error = expectCode(await errorIn(second.app), 'TT_ADDRESS_IN_USE');
    expect(error.details['address']).to.equal(`unix:${path}`);
    const { app } = await clientAt(path);
    await app.heard.on('onConnected');
    await first.connection();
  });

  it('that nobody has made is told with its path', async () => {
    const path = freePath();
    const { app } = await clientAt(path);
    const error = expectCode(await errorIn(app), 'TT_NO_SUCH_PATH');
    expect(error.message).to.contain(`There is nothing at unix:${path}`);
  });

  it('is tried again until its server is there', async () => {
    const path = freePath();
    const { app } = await clientAt(path, { retries: 10, retryDelay: 1 });
    expectCode(await errorIn(app), 'TT_NO_SUCH_PATH');
    await serveAt(path);
    await app.heard.on('onConnected');
  });

  it('turns away what is too many, and says that the peer has no address', async () => {
    const path = freePath();
    const { app, server } = await serveAt(path, { maxConnections: 1 });
    await (await clientAt(path)).app.heard.on('onConnected');
    await clientAt(path);
    const [, peer] = await app.heard.on('onTurnedAway');
    expect(peer).to.deep.include({ reason: 'maxConnections', remote: { address: '', port: 0, family: 'UNIX' } });
    expect(server.counts.open).to.equal(1);
  });

  it('names the server where a peer without an address is at fault', async () => {
    const path = freePath();
    const { connection } = await serveAt(path);
    await clientAt(path);
    expect((await connection())._ttPeer()).to.equal(`a peer of unix:${path}`);
  });

  it('carries TLS, and tells the same addresses then', async () => {
    const path = freePath();
    const { connection } = await serveAt(path, { tls: own });
    const { app, client } = await clientAt(path, { tls: { ca: authority.cert } });
    client.ttsc__send('in secret');
    const peer = await connection();
    expect(String(await peer.heard.on('onData'))).to.equal('in secret');
    await app.heard.on('onConnected');
    expect([peer.tls?.version, client.tls?.version]).to.deep.equal(['TLSv1.3', 'TLSv1.3']);
    expect([peer.local, peer.remote]).to.deep.equal([
      { address: path, port: 0, family: 'UNIX' },
      { address: '', port: 0, family: 'UNIX' },
    ]);
    client.ttsc__abort();
    await peer.heard.on('onDisconnected');
  });

  it('believes PROXY headers where the list has unix', async () => {
    const path = freePath();
    const source = { address: '192.0.2.1', port: 5_000 };
    const destination = { address: '198.51.100.2', port: 443 };
    const { connection } = await serveAt(path, { proxyProtocol: { trusted: ['unix'] } });
    const { client } = await clientAt(path);
    client.ttsc__send('PROXY TCP4 192.0.2.1 198.51.100.2 5000 443\r\nhello');
    const peer = await connection();
    expect(String(await peer.heard.on('onData'))).to.equal('hello');
    expect(peer.remote).to.include(source);
    expect(peer.local).to.include(destination);
  });
});
