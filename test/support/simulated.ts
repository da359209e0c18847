import {
  type Random,
  TcpClient,
  type TcpClientOptions,
  TcpServer,
  type TcpServerOptions,
  UdpSocket,
  type UdpSocketOptions,
} from '../../src/index.js';
import {
  type NetworkEvent,
  type SimulatedHost,
  SimulatedNetwork,
  type SimulatedNetworkOptions,
} from '../../src/testing/index.js';
import { ManualClock } from './manual-clock.js';
import { type NetApp, Recorder, startNet } from './net-app.js';

/** A small generator with a seed (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed;
  return {
    next: () => {
      state = (state + 0x6d2b_79f5) | 0;
      let x = Math.imul(state ^ (state >>> 15), state | 1);
      x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
      return ((x ^ (x >>> 14)) >>> 0) / 0x1_0000_0000;
    },
  };
}

/** A TcpServer on a simulated host, with the connections that it made. */
export interface ServerThere {
  readonly app: NetApp;
  readonly server: TcpServer;
  readonly connections: Recorder[];
}

export interface ClientThere {
  readonly app: NetApp;
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

/** A simulated network under a clock in the hands of the test, with apps on its hosts. */
export class Lab {
  readonly clock = new ManualClock();
  readonly events: NetworkEvent[] = [];
  readonly network: SimulatedNetwork;

  constructor({ seed = 1, ...options }: Partial<SimulatedNetworkOptions> & { readonly seed?: number } = {}) {
    this.network = new SimulatedNetwork({
      clock: this.clock,
      random: seeded(seed),
      onEvent: (event) => void this.events.push(event),
      ...options,
    });
  }

  async pass(ms: number): Promise<void> {
    await this.clock.pass(ms);
  }

  /** An app on a host, with an Ear as its starting Tonic. */
  async app(host: string | SimulatedHost, begin: Parameters<typeof startNet>[0] = () => {}): Promise<NetApp> {
    const network = typeof host === 'string' ? this.network.host(host) : host;
    return startNet(begin, { options: { network }, clock: this.clock, random: seeded(7) });
  }

  /** A server on port 80 of a host. */
  async server(
    host: string,
    options: Omit<Partial<TcpServerOptions>, 'protocol'> = {},
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
    await this.clock.settled();
    return { app, server, connections };
  }

  /** A client on a host; `retries` is 0 unless told. */
  async client(host: string, to: string, options: Partial<TcpClientOptions> = {}): Promise<ClientThere> {
    let client!: Recording;
    const app = await this.app(host, () => (client = new Recording({ host: to, port: 80, retries: 0, ...options })));
    return { app, client };
  }

  async udp(host: string, options: UdpSocketOptions = {}): Promise<{ app: NetApp; socket: UdpSocket }> {
    let socket!: UdpSocket;
    const app = await this.app(host, () => (socket = new UdpSocket(options)));
    await this.clock.settled();
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
