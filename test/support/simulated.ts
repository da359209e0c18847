import {
  SelectorCatalyst,
  TcpClient,
  type TcpClientOptions,
  TcpServer,
  type TcpServerOptions,
  UdpSocket,
  type UdpSocketOptions,
} from '../../src/index.js';
import {
  type AppUnderTest,
  Distiller,
  type NetworkEvent,
  SimulatedNetwork,
  type SimulatedNetworkOptions,
} from '../../src/testing/index.js';
import { Faults } from '../doors/testing.js';
import { type Line, TestFormula } from './app.js';
import type { Heard } from './heard.js';
import { Ear, Recorder, open } from './net-app.js';

/** A TcpServer on a simulated host, with the connections that it made. */
export interface ServerThere {
  readonly app: LabApp;
  readonly server: TcpServer;
  readonly connections: Recorder[];
}

export interface ClientThere {
  readonly app: LabApp;
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

/** An app of a lab, with an Ear as its starting Tonic. */
export class LabApp {
  constructor(
    readonly under: AppUnderTest,
    readonly ear: Ear,
    private readonly ended: () => Promise<unknown>,
  ) {}

  get heard(): Heard {
    return this.ear.heard;
  }

  get lines(): Line[] {
    return this.under.lines as Line[];
  }

  /** Finishes it, and waits for its end. */
  async over(): Promise<void> {
    this.under.main.ttsc__finish();
    await this.ended();
  }
}

/** A Distiller with a simulated network, and apps on its hosts; there may be several on one. */
export class Lab {
  readonly events: NetworkEvent[] = [];
  network!: SimulatedNetwork;
  readonly #distiller: Promise<Distiller>;

  constructor({ seed = 1, ...options }: Partial<SimulatedNetworkOptions> & { readonly seed?: number } = {}) {
    const network = (parts: Pick<SimulatedNetworkOptions, 'clock' | 'random'>) => {
      const onEvent = (event: NetworkEvent): void => void this.events.push(event);
      this.network = new SimulatedNetwork({ ...parts, onEvent, ...options });
      return { host: (app: string) => this.network.host(app.split(' ', 1)[0]!) };
    };
    this.#distiller = Distiller._ttStart(undefined, { seed, network }, new Faults());
    open.add(this);
  }

  async pass(ms: number): Promise<void> {
    await (await this.#distiller).advance(ms);
  }

  /** Resolves when all has been done that needs no time. */
  async settled(): Promise<void> {
    await (await this.#distiller).settle();
  }

  /** Lets time pass until a promise is settled. */
  async until<T>(promise: Promise<T>): Promise<T> {
    return (await this.#distiller).until(promise);
  }

  async over(): Promise<void> {
    await (await this.#distiller).finish();
  }

  /** An app on a host. */
  async app(host: string, begin: (ear: Ear) => void = () => {}): Promise<LabApp> {
    const distiller = await this.#distiller;
    let ear!: Ear;
    const formula = new TestFormula(() => (ear = new Ear(begin)), { main: () => new SelectorCatalyst() });
    const under = await distiller.join(formula, { host: `${host} ${distiller.apps.length}` });
    await this.settled();
    return new LabApp(under, ear, async () => this.until(formula.run));
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
    await this.settled();
    return { app, server, connections };
  }

  /** A client on a host; `retries` is 0 unless told. */
  async client(host: string, to: string, options: Partial<TcpClientOptions> = {}): Promise<ClientThere> {
    let client!: Recording;
    const app = await this.app(host, () => (client = new Recording({ host: to, port: 80, retries: 0, ...options })));
    return { app, client };
  }

  async udp(host: string, options: UdpSocketOptions = {}): Promise<{ app: LabApp; socket: UdpSocket }> {
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
