import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect } from 'chai';
import { type ConfigurationSources, Formula, type FormulaData, TcpConnection, TcpServer, Tonic } from 'tasktonic';
import type { Serving } from '../../examples/shared/serving.js';
import { Proxy } from '../../examples/tcp-proxy/proxy.js';
import { settings } from '../../examples/tcp-proxy/settings.js';
import { endHaproxies, haproxy, needsHaproxy } from '../support/haproxy.js';
import { onRealSockets } from '../support/stage.js';
import { authority, own } from '../support/tls.js';
import { ExampleApp } from './support/example-app.js';

/** What it hears it says; and whose connection it is. */
class Behind extends TcpConnection {
  constructor(readonly of: number[]) {
    super();
  }
  ttse__onConnected(): void {
    if (this.proxy?.command === 'PROXY') this.of.push(this.remote!.port);
  }
  ttse__onData(data: Buffer): void {
    this.send(data);
  }
  ttse__onError(): void {}
}

const TRUSTED = { proxyProtocol: { trusted: ['127.0.0.1'] } };

/** A proxy and its one backend, which takes PROXY headers; both in the process of the test. */
class Chain {
  readonly of: number[] = [];
  readonly lines: { readonly level: number; readonly msg: string; readonly port?: number }[] = [];
  server!: TcpServer;
  proxy!: Proxy;
  front = 0;
  #behind!: ExampleApp;
  #run!: Promise<unknown>;

  async start(how: Omit<Serving, 'port'>): Promise<this> {
    const here = (server: TcpServer): void => void (this.server = server);
    const protocol = (): Behind => new Behind(this.of);
    class Backend extends Tonic {
      ttse__onStart(): void {
        here(new TcpServer({ host: '127.0.0.1', port: 0, ...TRUSTED, protocol }));
      }
      ttse__onListening({ port }: { readonly port: number }): void {
        this.log.info({ port }, 'listens');
      }
    }
    this.#behind = await ExampleApp.start(() => new Backend());
    const backends = { hosts: [`127.0.0.1:${this.#behind.ports[0]!}`], proxyProtocol: 2, check: { interval: 60_000 } };
    const env = { P_PROXY: JSON.stringify({ backends }) };
    const write = (text: string): void => void this.lines.push(JSON.parse(text) as (typeof this.lines)[0]);
    const begin = (): void => void (this.proxy = new Proxy([{ host: '127.0.0.1', port: 0, ...how } as Serving]));
    class App extends Formula {
      protected override creatingFormula(): FormulaData {
        return { log: { to: { write } }, shutdown: { signals: false } };
      }
      protected override creatingConfiguration(): ConfigurationSources {
        return { env: { prefix: 'P_', from: env }, schema: settings };
      }
      protected override creatingStartingTonics(): void {
        begin();
      }
    }
    this.#run = App.run();
    await until(() => this.lines.some(({ port }) => port !== undefined));
    this.front = this.lines.find(({ port }) => port !== undefined)!.port!;
    return this;
  }

  /** All that was opened is closed again, and nothing was told that should trouble anybody. */
  async isAtRest(): Promise<void> {
    await until(() => this.proxy.backends.counts.connections === 0 && this.server.counts.open === 0);
    expect(this.lines.filter(({ level }) => level >= 40).map(({ msg }) => msg)).to.deep.equal([]);
  }

  async end(): Promise<void> {
    this.proxy.ttsc__finish();
    await this.#run;
    await this.#behind.end();
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Says something, and hears it. */
async function talk(socket: Socket, text: string): Promise<void> {
  socket.write(text);
  const [data] = (await once(socket, 'data')) as [Buffer];
  expect(String(data)).to.equal(text);
  socket.end();
  await once(socket, 'close');
}

/** Connections that end at once: in order, and by a reset. (Those of haproxy without a header are reset before anybody can accept them.) */
async function looks(port: number): Promise<void> {
  for (let n = 0; n < 10; n++) {
    const check = connect(port, '127.0.0.1');
    await once(check, 'connect');
    if (n % 2 === 0) check.resetAndDestroy();
    else check.end();
    await once(check.resume(), 'close');
  }
}

describe('the TCP proxy behind haproxy', () => {
  onRealSockets('haproxy is a program of others');
  let chain: Chain;
  before(function () {
    needsHaproxy(this);
  });
  afterEach(async () => {
    await endHaproxies();
    await chain.end();
  });

  it('ends TLS, takes the PROXY header that haproxy sends, and tells the backend whose connection it is', async () => {
    chain = await new Chain().start({ ...TRUSTED, tls: own });
    const port = await haproxy({ server: `127.0.0.1:${chain.front} send-proxy-v2` });
    const client = connectTls({ port, host: '127.0.0.1', ca: authority.cert, servername: 'localhost' });
    await once(client, 'secureConnect');
    const { localPort } = client;
    await talk(client, 'under TLS');
    expect(chain.of).to.deep.equal([localPort]);
    await chain.isAtRest();
  });

  it('is not troubled by connections that end at once, and closes those to its backend', async () => {
    chain = await new Chain().start({});
    const port = await haproxy({ server: `127.0.0.1:${chain.front} check inter 5ms` });
    await looks(chain.front);
    await talk(connect(port, '127.0.0.1'), 'beside checks');
    await endHaproxies();
    await chain.isAtRest();
    const { relayed, unserved, failedTries } = chain.proxy.backends.counts;
    expect(relayed).to.be.at.least(6);
    expect([unserved, failedTries]).to.deep.equal([0, 0]);
  });

  for (const [what, how, server] of [
    ['with a PROXY header, version 1', TRUSTED, 'send-proxy check check-send-proxy inter 5ms'],
    ['with a PROXY header, version 2', TRUSTED, 'send-proxy-v2 check check-send-proxy inter 5ms'],
  ] as const)
    it(`is not troubled by checks that end at once, ${what}`, async () => {
      chain = await new Chain().start(how);
      const port = await haproxy({ server: `127.0.0.1:${chain.front} ${server}` });
      await until(() => chain.proxy.backends.counts.relayed >= 5);
      await talk(connect(port, '127.0.0.1'), 'beside checks');
      await endHaproxies();
      await chain.isAtRest();
      const { unserved, failedTries } = chain.proxy.backends.counts;
      expect([unserved, failedTries]).to.deep.equal([0, 0]);
    });

  for (const [what, how] of [
    ['where a PROXY header should come', TRUSTED],
    ['where a PROXY header and TLS should come', { ...TRUSTED, tls: own }],
    ['where TLS should begin', { tls: own }],
  ] as const)
    it(`keeps checks that end at once from the backend, ${what}`, async () => {
      chain = await new Chain().start(how);
      const before = chain.server.counts.accepted;
      await haproxy({ server: `127.0.0.1:${chain.front} check inter 5ms` });
      await looks(chain.front);
      await endHaproxies();
      await chain.isAtRest();
      expect(chain.proxy.backends.counts.relayed).to.equal(0);
      // Its own check, which may have come after the first look.
      expect(chain.server.counts.accepted - before).to.be.at.most(1);
    });
});
