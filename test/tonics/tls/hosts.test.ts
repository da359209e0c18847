import { expect } from 'chai';
import { type SrvRecord, TcpBackends, TcpClient, type TcpClientOptions } from '../../../src/index.js';
import { expectCode } from '../../support/errors.js';
import { Recorder, type ServerApp, serve, startNet, tidyUp } from '../../support/net-app.js';
import { freePort } from '../../support/peers.js';
import { authority } from '../../support/tls.js';

const SERVICE = '_mail._tcp.example.org';
const tls = { ca: authority.cert };

/** A server whose certificate has these names alone. */
const serverOf = async (...hosts: string[]): Promise<ServerApp<Recorder>> =>
  serve(() => new Recorder(), { tls: authority.issue({ name: hosts[0]!, hosts }) });

/** What a client hears first: nothing went wrong, or an error. */
async function firstOf(options: TcpClientOptions): Promise<Error | 'connected'> {
  const app = await startNet(() => void new TcpClient({ retries: 0, ...options }));
  await app.heard.until(() => app.heard.count('onConnected') + app.heard.count('onError') > 0, 'an outcome');
  const [error] = app.heard.all('onError').map(([, each]) => each as Error);
  return error ?? 'connected';
}
/** The name that the first client of a server has asked for. */
async function asked({ app, connections }: ServerApp<Recorder>): Promise<string | undefined> {
  await app.bench.till(() => connections.length > 0);
  return connections[0]!.tls!.servername;
}

describe('a TcpClient to several hosts, under TLS', () => {
  afterEach(tidyUp);

  it('asks for the name of the host that it tries, and verifies that', async () => {
    const server = await serverOf('localhost');
    const hosts = [
      { host: '127.0.0.1', port: await freePort() },
      { host: 'localhost', port: server.port },
    ];
    expect(await firstOf({ hosts, tls })).to.equal('connected');
    expect(await asked(server)).to.equal('localhost');
  });

  it('goes on to the next host where the certificate of one has another name', async () => {
    const [other, server] = [await serverOf('other.example'), await serverOf('localhost')];
    const hosts = [other, server].map(({ port }) => ({ host: 'localhost', port }));
    expect(await firstOf({ hosts, tls })).to.equal('connected');
    expect([await asked(server), other.connections.length]).to.deep.equal(['localhost', 0]);
  });

  it('does not take the certificate of one host for another', async () => {
    const server = await serverOf('localhost');
    const error = await firstOf({ hosts: [{ host: '127.0.0.1', port: server.port }], tls });
    expectCode(error, 'TT_TLS_WRONG_NAME');
  });

  it('verifies one name for all where the options say it', async () => {
    const server = await serverOf('db.example');
    const hosts = [
      { host: 'localhost', port: await freePort() },
      { host: '127.0.0.1', port: server.port },
    ];
    expect(await firstOf({ hosts, tls: { ...tls, servername: 'db.example' } })).to.equal('connected');
    expect(await asked(server)).to.equal('db.example');
  });

  it('does the same with the hosts of a TcpBackends', async () => {
    const [other, server] = [await serverOf('other.example'), await serverOf('localhost')];
    let backends!: TcpBackends;
    const app = await startNet(() => {
      backends = new TcpBackends({ hosts: [`localhost:${other.port}`, `localhost:${server.port}`], check: false });
      new TcpClient({ hosts: backends, retries: 0, tls });
    });
    await app.heard.on('onConnected');
    expect([await asked(server), other.connections.length]).to.deep.equal(['localhost', 0]);
  });
});

describe('a TcpClient to a service, under TLS', () => {
  afterEach(tidyUp);
  const resolveSrv =
    (port: number): (() => Promise<readonly SrvRecord[]>) =>
    async () =>
      Promise.resolve([{ name: 'localhost', port, priority: 1, weight: 1 }]);

  it('asks for the domain of the service, and verifies that', async () => {
    const server = await serverOf('example.org');
    expect(await firstOf({ srv: SERVICE, resolveSrv: resolveSrv(server.port), tls })).to.equal('connected');
    expect(await asked(server)).to.equal('example.org');
  });

  it('does not take the name that a record gives: who forges a record could name any host', async () => {
    const server = await serverOf('localhost');
    const error = await firstOf({ srv: SERVICE, resolveSrv: resolveSrv(server.port), tls });
    expectCode(error, 'TT_TLS_WRONG_NAME');
  });

  it('verifies another name where the options say it', async () => {
    const server = await serverOf('localhost');
    const named = { srv: SERVICE, resolveSrv: resolveSrv(server.port), tls: { ...tls, servername: 'localhost' } };
    expect(await firstOf(named)).to.equal('connected');
  });
});
