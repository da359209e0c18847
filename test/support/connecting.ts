import { type Socket, connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { authority } from './tls.js';

/** What became of connections. */
export interface Outcome {
  begun: number;
  answered: number;
  /** How many by which process. */
  readonly by: Map<string, number>;
  /** Those that had no whole answer, by what was wrong. */
  readonly failed: Map<string, number>;
  /** The longest time from the beginning of a connection to its answer, in ms. */
  slowest: number;
}

/** How often it begins some, in ms. */
const PACE = 10;
const PATIENCE = 10_000;

/** Opens so many connections a second, each for one request; it goes on until `stop` is called, which resolves when each has its outcome. */
export class Connecting {
  readonly outcome: Outcome = { begun: 0, answered: 0, by: new Map(), failed: new Map(), slowest: 0 };
  readonly #open: () => Socket;
  readonly #pending = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  readonly #startedAt = performance.now();

  constructor(perSecond: number, open: () => Socket) {
    this.#open = open;
    this.#timer = setInterval(() => {
      const due = ((performance.now() - this.#startedAt) / 1_000) * perSecond;
      while (this.outcome.begun < due) this.#begin();
    }, PACE);
  }

  async stop(): Promise<Outcome> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
    return this.outcome;
  }

  #begin(): void {
    const { outcome } = this;
    outcome.begun++;
    const one = this.#ask(this.#open()).then(
      (pid) => {
        outcome.answered++;
        outcome.by.set(pid, (outcome.by.get(pid) ?? 0) + 1);
      },
      (error: NodeJS.ErrnoException) => {
        const why = error.code ?? error.message;
        outcome.failed.set(why, (outcome.failed.get(why) ?? 0) + 1);
      },
    );
    this.#pending.add(one);
    void one.finally(() => this.#pending.delete(one));
  }

  /** Sends one request, has its answer, and ends: any other end is a failure. */
  async #ask(socket: Socket): Promise<string> {
    const began = performance.now();
    return new Promise((resolve, reject) => {
      let text = '';
      socket.setTimeout(PATIENCE, () => socket.destroy(new Error(`no answer within ${PATIENCE} ms`)));
      socket.on('error', reject);
      socket.on('data', (data) => {
        text += String(data);
        this.outcome.slowest = Math.max(this.outcome.slowest, performance.now() - began);
        socket.end();
      });
      socket.on('close', () => {
        const pid = /^(\d+) x$/.exec(text)?.[1];
        if (pid === undefined) reject(new Error(text === '' ? 'closed without an answer' : 'a part of an answer'));
        else resolve(pid);
      });
      socket.write('x');
    });
  }
}

/** How connections are opened: to a port, to a path, or to a port over TLS. */
export const opening = {
  tcp: (port: number) => () => connect(port, '127.0.0.1'),
  unix: (path: string) => () => connect(path),
  tls: (port: number) => () => connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca: authority.cert }),
};
