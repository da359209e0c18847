import {
  type AnyTonic,
  type InfusionFailure,
  type ListenInfo,
  SelectorCatalyst,
  type SelectorCatalystOptions,
  TcpConnection,
  TcpServer,
  type TcpServerOptions,
  Tonic,
} from '../../src/index.js';
import { App, type Ended, type Setup } from './running-app.js';
import { Heard, inside } from './heard.js';
import { type Peer, closePeers, connectTo } from './peers.js';
import { clearStage, stage } from './stage.js';
import { ManualClock } from './manual-clock.js';

/** A base that hears every event of the sockets it infuses, and writes it down. */
export class Ear extends Tonic {
  readonly heard = new Heard();

  constructor(private readonly begin: (ear: Ear) => void = () => {}) {
    super({ name: 'ear' });
  }

  ttse__onStart(): void {
    this.begin(this);
  }
  /** Runs `body` in a sparkle of this Tonic. */
  ttsc__do(body: (ear: Ear) => void): void {
    body(this);
  }
  ttse__onListening(info: ListenInfo): void {
    this.heard.push('onListening', info);
  }
  ttse__onConnected(...args: unknown[]): void {
    this.heard.push('onConnected', ...args);
  }
  ttse__onData(...args: unknown[]): void {
    this.heard.push('onData', ...args);
  }
  ttse__onDatagram(...args: unknown[]): void {
    this.heard.push('onDatagram', ...args);
  }
  ttse__onDrain(...args: unknown[]): void {
    this.heard.push('onDrain', ...args);
  }
  ttse__onHighWater(...args: unknown[]): void {
    this.heard.push('onHighWater', ...args);
  }
  ttse__onEnd(...args: unknown[]): void {
    this.heard.push('onEnd', ...args);
  }
  ttse__onDisconnected(...args: unknown[]): void {
    this.heard.push('onDisconnected', ...args);
  }
  ttse__onError(...args: unknown[]): void {
    this.heard.push('onError', ...args);
  }
  ttse__onTurnedAway(...args: unknown[]): void {
    this.heard.push('onTurnedAway', ...args);
  }
  ttse__onInfusionFailed(failure: InfusionFailure): void {
    this.heard.push('onInfusionFailed', failure);
  }
  ttse__onInfusionFinished({ tonic }: { tonic: AnyTonic }): void {
    this.heard.push('onInfusionFinished', tonic);
  }
}

/** A protocol that writes every event of its own down, in a list that the test holds, and does what it is told. */
export class Recorder<State extends string = never> extends TcpConnection<State> {
  readonly heard = new Heard();

  ttsc__do(body: (connection: this) => void): void {
    body(this);
  }
  /** Runs `body` in a sparkle of this connection, and waits for it. */
  async inside<T>(body: (connection: this) => T): Promise<T> {
    return inside(this, body);
  }
  /** `send()`, for those who are not it. */
  say(...data: Parameters<TcpConnection['ttsc__send']>): ReturnType<TcpConnection['send']> {
    return this.send(...data);
  }
  ttse__onConnected(): void {
    this.heard.push('onConnected');
  }
  ttse__onData(data: Buffer): void {
    this.heard.push('onData', data);
  }
  ttse__onDrain(): void {
    this.heard.push('onDrain');
  }
  ttse__onHighWater(unsent: number): void {
    this.heard.push('onHighWater', unsent);
  }
  ttse__onEnd(): void {
    this.heard.push('onEnd');
  }
  ttse__onDisconnected(info: unknown): void {
    this.heard.push('onDisconnected', info);
  }
  ttse__onError(error: unknown): void {
    this.heard.push('onError', error);
  }
  ttse__onFinished(): void {
    this.heard.push('onFinished');
  }

  /** All that was received so far. */
  get text(): string {
    return this.heard
      .all('onData')
      .map(([data]) => String(data))
      .join('');
  }
}

/** What a test has started and is to be over when it ends. */
export const open = new Set<{ over(): Promise<unknown> }>();

/** An app whose sockets and time are those of the stage (or of the network and clock that it is given), with an {@link Ear} as its starting Tonic. */
export class NetApp extends App {
  ear!: Ear;

  constructor(begin: (ear: Ear) => void, { main, ...setup }: Setup & { options?: SelectorCatalystOptions } = {}) {
    super(() => (this.ear = new Ear(begin)), {
      clock: clockOfStage(setup),
      ...setup,
      main:
        main ?? (() => new SelectorCatalyst({ ...setup.options, network: setup.options?.network ?? stage().network })),
    });
    open.add(this);
    void this.ended.then(
      () => open.delete(this),
      () => open.delete(this),
    );
  }

  get heard(): Heard {
    return this.ear.heard;
  }

  /** Runs `body` in a sparkle of the Ear, and waits for it. */
  async inside<T>(body: (ear: Ear) => T): Promise<T> {
    return inside(this.ear, body);
  }

  /** Finishes the app and waits for its end. */
  async over(): Promise<Ended> {
    this.main.ttsc__finish();
    return this.end();
  }
}

/** The stage is not asked for, and so not made, where a test brings all of its own. */
function clockOfStage({ clock }: Setup): 'real' | ManualClock {
  if (clock !== undefined) return clock;
  const own = stage().clock;
  return own instanceof ManualClock ? own : 'real';
}

/** Starts an app; `begin` runs in the Ear's onStart. */
export async function startNet(
  begin: (ear: Ear) => void,
  setup: Setup & { options?: SelectorCatalystOptions } = {},
): Promise<NetApp> {
  const app = new NetApp(begin, setup);
  await app.running();
  await Promise.race([app.inside(() => {}), app.ended]);
  return app;
}

/** An app with a TcpServer on a free port of the loopback address. */
export class ServerApp<P extends TcpConnection<any> = TcpConnection> {
  constructor(
    readonly app: NetApp,
    readonly server: TcpServer<any>,
    readonly port: number,
    readonly connections: P[],
  ) {}

  get heard(): Heard {
    return this.app.heard;
  }

  async connect(): Promise<Peer> {
    return connectTo(this.port);
  }

  /** A peer, and the connection that the server made for it. */
  async pair(options: { readonly allowHalfOpen?: boolean } = {}): Promise<{ peer: Peer; connection: P }> {
    const n = this.connections.length;
    const peer = await connectTo({ port: this.port, host: '127.0.0.1', ...options });
    await made.until(() => this.connections.length > n, 'a connection');
    return { peer, connection: this.connections[n]! };
  }

  async over(): Promise<Ended> {
    return this.app.over();
  }
}

const made = new Heard();

/** Starts a server whose connections are made by `make` and kept in a list. */
export async function serve<P extends TcpConnection<any> = TcpConnection>(
  make: (() => P) | undefined,
  options: Omit<Partial<TcpServerOptions>, 'protocol'> = {},
  setup: Setup & { options?: SelectorCatalystOptions } = {},
): Promise<ServerApp<P>> {
  const connections: P[] = [];
  const protocol = (): P => {
    const connection = make === undefined ? (new TcpConnection() as unknown as P) : make();
    connections.push(connection);
    made.push('made');
    return connection;
  };
  let server!: TcpServer;
  const app = await startNet(() => {
    server = new TcpServer({ port: 0, host: '127.0.0.1', protocol, ...options });
  }, setup);
  const [info] = await app.heard.on('onListening');
  return new ServerApp(app, server, info.port, connections);
}

/** To be called after each test: what it left open is closed. */
export async function tidyUp(): Promise<void> {
  closePeers();
  for (const one of open) await one.over().catch(() => {});
  open.clear();
  clearStage();
}
