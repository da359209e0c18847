import { type Socket, connect } from 'node:net';
import { TLSSocket, connect as connectTls, createSecureContext } from 'node:tls';
import { authority } from './tls.js';

/** What became of connections. */
export interface Outcome {
  begun: number;
  answered: number;
  /** How many were due, and not begun, since too many were open: whoever opens them is slower than he is to be. */
  heldBack: number;
  /** How many of TLS went on with a session. */
  resumed: number;
  /** How many by which process. */
  readonly by: Map<string, number>;
  /** Those that had no whole answer, by how far they had come and what was wrong: `connecting: ECONNREFUSED`. */
  readonly failed: Map<string, number>;
  /** The longest time from the beginning of a connection to its answer, in ms. */
  slowest: number;
}

/** How far a connection has come. */
type Phase = 'connecting' | 'handshake' | 'asking';

/** How often it begins some, in ms. */
const PACE = 10;
const PATIENCE = 60_000;
/** The most that are open at once: fewer than the handshakes that a server does at once, which turns away more. */
const MOST = 500;

/** Opens so many connections a second, each for one request; it goes on until `stop` is called, which resolves when each has its outcome. */
export class Connecting {
  readonly outcome: Outcome = {
    begun: 0,
    answered: 0,
    heldBack: 0,
    resumed: 0,
    by: new Map(),
    failed: new Map(),
    slowest: 0,
  };
  readonly #open: () => Socket;
  readonly #pending = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  readonly #startedAt = performance.now();
  readonly #most: number;

  /** @param most so many are open at once: fewer than are due, where the machine is too slow. */
  constructor(perSecond: number, open: () => Socket, most = MOST) {
    this.#open = open;
    this.#most = most;
    this.#timer = setInterval(() => this.#beginThose(perSecond), PACE);
  }

  /** Resolves when that process has answered one. */
  async answeredBy(pid: number): Promise<void> {
    while (!this.outcome.by.has(String(pid))) await new Promise((resolve) => setTimeout(resolve, PACE));
  }

  async stop(): Promise<Outcome> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
    return this.outcome;
  }

  #beginThose(perSecond: number): void {
    const { outcome } = this;
    const due = Math.floor(((performance.now() - this.#startedAt) / 1_000) * perSecond);
    while (outcome.begun + outcome.heldBack < due) {
      if (this.#pending.size < this.#most) this.#begin();
      else outcome.heldBack = due - outcome.begun;
    }
  }

  #begin(): void {
    const { outcome } = this;
    outcome.begun++;
    const one = this.#ask(this.#open()).then(
      (pid) => {
        outcome.answered++;
        outcome.by.set(pid, (outcome.by.get(pid) ?? 0) + 1);
      },
      ({ message }: Error) => void outcome.failed.set(message, (outcome.failed.get(message) ?? 0) + 1),
    );
    this.#pending.add(one);
    void one.finally(() => this.#pending.delete(one));
  }

  /** Sends one request, has its answer, and ends: any other end is a failure. */
  async #ask(socket: Socket): Promise<string> {
    const began = performance.now();
    return new Promise((resolve, reject) => {
      let text = '';
      let phase: Phase = 'connecting';
      const fail = (why: string): void => reject(new Error(`${phase}: ${why}`));
      socket.setTimeout(PATIENCE, () => {
        fail(`nothing within ${PATIENCE} ms`);
        socket.destroy();
      });
      const isTls = socket instanceof TLSSocket;
      socket.on('connect', () => (phase = isTls ? 'handshake' : 'asking'));
      if (isTls)
        socket.on('secure', () => {
          phase = 'asking';
          if (socket.isSessionReused()) this.outcome.resumed++;
        });
      socket.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
      socket.on('data', (data) => {
        text += String(data);
        this.outcome.slowest = Math.max(this.outcome.slowest, performance.now() - began);
        socket.end();
      });
      socket.on('close', () => {
        const pid = /^(\d+) x$/.exec(text)?.[1];
        if (pid === undefined) fail(text === '' ? 'closed without an answer' : 'a part of an answer');
        else resolve(pid);
      });
      socket.write('x');
    });
  }
}

/** How connections are opened: to a port, to a path, or to a port over TLS, with a whole handshake or with the session of one before. */
export const opening = {
  tcp: (port: number) => () => connect(port, '127.0.0.1'),
  unix: (path: string) => () => connect(path),
  tls: (port: number) => {
    const { secureContext } = tlsTo(port);
    // By `connect` Node looks who the server is, which costs as much as half a handshake: other tests try that.
    return () => new TLSSocket(connect(port, '127.0.0.1'), { secureContext, isServer: false });
  },
  resuming: (port: number) => {
    const options = tlsTo(port);
    let session: Buffer | undefined;
    return () => {
      const socket = connectTls({ ...options, ...(session && { session }) });
      socket.once('session', (made) => (session = made));
      return socket;
    };
  },
};

function tlsTo(port: number) {
  // One for all: to make it costs more than a handshake.
  const secureContext = createSecureContext({ ca: authority.cert });
  return { port, host: '127.0.0.1', servername: 'localhost', secureContext };
}
