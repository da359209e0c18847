import { type Sendable, type SendResult, UdpServer, type UdpServerOptions, UdpSession } from '../../src/index.js';
import { Heard, inside } from './heard.js';
import { type NetApp, type NetSetup, startNet } from './net-app.js';

/** A session that writes down what it hears, and does what it is told. */
export class RecordedSession<State extends string = never> extends UdpSession<State> {
  readonly heard = new Heard();

  ttsc__do(body: (session: this) => void): void {
    body(this);
  }
  async inside<T>(body: (session: this) => T): Promise<T> {
    return inside(this, body);
  }
  say(data: Sendable, encoding?: BufferEncoding): SendResult {
    return this.send(data, encoding);
  }
  expireAfter(ms: number | false): void {
    this.setIdleTimeout(ms);
  }
  ttse__onConnected(): void {
    this.heard.push('onConnected');
  }
  ttse__onData(data: Buffer): void {
    this.heard.push('onData', String(data));
  }
  ttse__onDrain(): void {
    this.heard.push('onDrain');
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

  /** What it has heard, datagram by datagram. */
  get texts(): string[] {
    return this.heard.all('onData').map(([text]) => text as string);
  }
  /** Why it ended. */
  get reason(): unknown {
    return this.heard.all('onDisconnected')[0]?.[0].reason;
  }
}

/** A UdpServer of an app, with the sessions that it has made. */
export class UdpServerApp<S extends UdpSession<any> = RecordedSession> {
  readonly #made = new Heard();

  constructor(
    readonly app: NetApp,
    readonly server: UdpServer,
    readonly port: number,
    readonly sessions: S[],
    made: Heard,
  ) {
    this.#made = made;
  }

  get heard(): Heard {
    return this.app.heard;
  }

  /** The n-th session that it has made, or makes. */
  readonly made = async (n = 1): Promise<S> => {
    await this.#made.until(() => this.sessions.length >= n, `session ${n}`);
    return this.sessions[n - 1]!;
  };
}

/** Starts a server on a free port of the loopback address, whose sessions are made by `make` and kept in a list. */
export async function serveUdp<S extends UdpSession<any> = RecordedSession>(
  make: () => S = () => new RecordedSession() as unknown as S,
  options: UdpServerOptions = {},
  setup: NetSetup = {},
): Promise<UdpServerApp<S>> {
  const sessions: S[] = [];
  const made = new Heard();
  let server!: UdpServer;
  const protocol = (): S => {
    const session = make();
    sessions.push(session);
    made.push('made');
    return session;
  };
  const host = options.family === 6 ? '::1' : '127.0.0.1';
  const app = await startNet(() => {
    server = new UdpServer({
      ...(options.socketPerAddress !== true && options.host === undefined && { host }),
      protocol,
      ...options,
    });
  }, setup);
  const [info] = await app.heard.on('onListening');
  return new UdpServerApp(app, server, info.port as number, sessions, made);
}
