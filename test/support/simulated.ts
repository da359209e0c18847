import { TcpClient, TcpServer, UdpSocket, type UdpSocketOptions } from '../../src/index.js';
import type { NetworkEvent, SimulatedNetworkOptions } from '../../src/testing/index.js';
import type { App } from './app.js';
import { VirtualBench } from './bench.js';
import { type Ear, Recorder, startNet } from './net-app.js';
import type { MoreOnPort, ToPort } from './on-port.js';

/** A TcpServer on a simulated host, with the connections that it made. */
export interface ServerThere {
  readonly app: App;
  readonly server: TcpServer;
  readonly connections: Recorder[];
}

export interface ClientThere {
  readonly app: App;
  readonly client: Recording;
}

/** A TcpClient that writes down what it hears. */
export class Recording extends TcpClient {
  readonly heard: { readonly name: string; readonly args: readonly unknown[] }[] = [];

  ttsc__do(body: (client: this) => void): void {
    body(this);
  }
  say(text: string | Buffer): void {
    this.send(text);
  }
  ttse__onConnected(): void {
    this.heard.push({ name: 'onConnected', args: [] });
  }
  ttse__onData(data: Buffer): void {
    this.heard.push({ name: 'onData', args: [data] });
  }
  ttse__onDrain(): void {
    this.heard.push({ name: 'onDrain', args: [] });
  }
  ttse__onEnd(): void {
    this.heard.push({ name: 'onEnd', args: [] });
  }
  ttse__onDisconnected(info: unknown): void {
    this.heard.push({ name: 'onDisconnected', args: [info] });
  }
  ttse__onError(error: unknown): void {
    this.heard.push({ name: 'onError', args: [error] });
  }
  get names(): string[] {
    return this.heard.map(({ name }) => name);
  }
  all(name: string): any[] {
    return this.heard.filter((event) => event.name === name).map(({ args }) => args[0]);
  }
  get text(): string {
    return this.all('onData').map(String).join('');
  }
  get pieces(): string[] {
    return this.all('onData').map(String);
  }
}

/** A simulated network with apps on its hosts; there may be several on one. */
export class Lab extends VirtualBench {
  readonly events: NetworkEvent[];

  constructor({ seed = 1, ...options }: Partial<SimulatedNetworkOptions> & { readonly seed?: number } = {}) {
    const events: NetworkEvent[] = [];
    super({ seed, trace: false, simulated: { onEvent: (event) => void events.push(event), ...options } });
    this.events = events;
  }

  /** An app on a host. */
  async app(host: string, begin: (ear: Ear) => void = () => {}): Promise<App> {
    const app = await startNet(begin, { bench: this, host });
    await this.settled();
    return app;
  }

  /** A server on port 80 of a host. */
  async server(
    host: string,
    options: MoreOnPort = {},
    make: () => Recorder = () => new Recorder(),
  ): Promise<ServerThere> {
    const connections: Recorder[] = [];
    const protocol = (): Recorder => {
      const connection = make();
      connections.push(connection);
      return connection;
    };
    let server!: TcpServer;
    const app = await this.app(host, () => (server = new TcpServer({ port: 80, protocol, ...options })));
    await this.settled();
    return { app, server, connections };
  }

  /** A client on a host; `retries` is 0 unless told. */
  async client(host: string, to: string, options: Partial<ToPort> = {}): Promise<ClientThere> {
    let client!: Recording;
    const app = await this.app(host, () => (client = new Recording({ host: to, port: 80, retries: 0, ...options })));
    return { app, client };
  }

  async udp(host: string, options: UdpSocketOptions = {}): Promise<{ app: App; socket: UdpSocket }> {
    let socket!: UdpSocket;
    const app = await this.app(host, () => (socket = new UdpSocket(options)));
    await this.settled();
    return { app, socket };
  }

  /** What happened, one line each. */
  get trace(): string[] {
    return this.events.map(({ at, kind, what, count }) => `${at} ${kind} ${what} ${count ?? ''}`);
  }

  count(kind: NetworkEvent['kind']): number {
    return this.events.filter((event) => event.kind === kind).length;
  }
}
