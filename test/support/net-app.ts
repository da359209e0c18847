import { SelectorCatalyst, type SelectorCatalystOptions, TcpConnection, TcpServer } from '../../src/index.js';
import { App, type Ended, endsWell } from './app.js';
import { type Bench, playsOn } from './bench.js';
import { EventRecorder } from './event-recorder.js';
import type { FormulaParts } from './formula.js';
import { Heard } from './heard.js';
import { type Peer, closePeers, connectTo } from './peers.js';
import { clearStage, stage } from './stage.js';
import type { MoreOnPort } from './on-port.js';

export { EventRecorder as Ear, Recorder } from './event-recorder.js';

/** An app whose sockets and time are those of the stage, with an {@link EventRecorder} as its starting Tonic. */
export type NetApp = App;

export interface NetSetup extends FormulaParts {
  readonly options?: SelectorCatalystOptions | undefined;
  /** Default: that of the stage. */
  readonly bench?: Bench | undefined;
  /** The host that it runs on, where there are several. */
  readonly host?: string | undefined;
}

/** The apps that the test has started: they are to be over when it ends. */
const open = new Set<NetApp>();

/** Starts an app; `begin` runs in the Ear's onStart. */
export async function startNet(
  begin: (ear: EventRecorder) => void,
  { options, bench, host, ...parts }: NetSetup = {},
): Promise<NetApp> {
  const own = playsOn(bench ?? stage().bench);
  let ear!: EventRecorder;
  const main = (): SelectorCatalyst =>
    new SelectorCatalyst({ ...options, ...(bench === undefined && { network: options?.network ?? stage().network }) });
  const app = new App(own, await own.start(() => (ear = new EventRecorder(begin)), { main, ...parts }, host));
  app.ear = ear;
  open.add(app);
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

  /** The n-th connection that the server has made, or makes. */
  async made(n = 1): Promise<P> {
    await made.until(() => this.connections.length >= n, `connection ${n}`);
    return this.connections[n - 1]!;
  }

  async over(): Promise<Ended> {
    return this.app.over();
  }
}

const made = new Heard();

/** Starts a server whose connections are made by `make` and kept in a list. */
export async function serve<P extends TcpConnection<any> = TcpConnection>(
  make: (() => P) | undefined,
  options: MoreOnPort = {},
  setup: NetSetup = {},
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

/** To be called after each test: what it has started is ended, and must then have left nothing open; of a test that failed that is not asked. */
export async function tidyUp(this: Mocha.Context | void): Promise<void> {
  closePeers();
  for (const app of open) await app.over().catch(() => {});
  const benches = new Set([...open].map((app) => app.bench));
  open.clear();
  clearStage();
  const failed = this?.currentTest?.state === 'failed';
  for (const bench of benches) await (failed ? bench.finish().catch(() => {}) : endsWell(bench));
}
