import { LineBuffer } from './line-buffer.js';
import {
  type InfusionInfo,
  TcpClient,
  TcpConnection,
  TcpServer,
  TimerRepeat,
  TimerSingleShot,
  Tonic,
} from '../../../src/index.js';

export const PORT = 7020;
const LONGEST_LINE = 100;
const ANSWER = /^booked \S+ \d+$/;
/** A peer that says nothing for so long has gone, in ms. */
const SILENCE = 45_000;
/** How long an answer is waited for, in seconds. */
const PATIENCE = 10;

/** What was booked, by whom: the truth that must agree with what clients were told. */
export class Book {
  readonly places = new Map<string, Set<number>>();
  /** Bookings that came a second time, because their answer was lost on the way. */
  repeated = 0;

  add(who: string, nr: number): void {
    let numbers = this.places.get(who);
    if (numbers === undefined) this.places.set(who, (numbers = new Set()));
    if (numbers.has(nr)) this.repeated++;
    numbers.add(nr);
  }

  has(who: string, nr: number): boolean {
    return this.places.get(who)?.has(nr) === true;
  }
}

/** Takes `book <who> <nr>` and answers `booked <who> <nr>`, as often as it is asked. */
class BookingConnection extends TcpConnection {
  readonly #lines = new LineBuffer(LONGEST_LINE);
  readonly #book: Book;

  constructor(book: Book) {
    super();
    this.#book = book;
  }

  ttse__onData(data: Buffer): void {
    for (const line of this.#lines.push(data)) {
      const [, who = '', nr = ''] = line.split(' ');
      this.#book.add(who, Number(nr));
      this.send(`booked ${who} ${nr}\n`);
    }
  }

  ttse__onError(): void {}
}

/** Serves bookings. */
export class BookingServer extends Tonic {
  readonly server: TcpServer;

  constructor(readonly book: Book) {
    super({ name: 'bookings' });
    this.server = new TcpServer({
      base: this,
      port: PORT,
      idleTimeout: SILENCE,
      maxConnections: 10_000,
      protocol: () => new BookingConnection(book),
    });
  }
}

/** What a booker wants. */
export interface BookerOptions {
  readonly name: string;
  /** How many places it books. */
  readonly bookings: number;
  /** Between two of them, in seconds. */
  readonly every: number;
  /** When it begins, in seconds. */
  readonly after: number;
}

/**
 * Books places, one at a time: the next when the last was confirmed. Its TcpClient connects again when a connection was lost; one that does
 * not answer is given up here, and another made. What was not confirmed by then is asked for again.
 */
export class Booker extends Tonic<'waiting' | 'asking' | 'done'> {
  static override readonly states = ['waiting', 'asking', 'done'];

  readonly confirmed: number[] = [];
  /** Connections that were lost, and tries that failed. */
  losses = 0;
  failures = 0;
  /** Lines that are no answers. */
  readonly strange: string[] = [];
  readonly #wanted: BookerOptions;
  #lines = new LineBuffer(LONGEST_LINE);
  #client: TcpClient | undefined;
  #pace: TimerRepeat | undefined;
  #patience: TimerSingleShot | undefined;
  #nr = 0;

  constructor(wanted: BookerOptions) {
    super({ name: wanted.name });
    this.#wanted = wanted;
  }

  ttse__onStart(): void {
    this.toState('waiting');
    this.#connect();
    new TimerSingleShot({ seconds: this.#wanted.after, name: 'begin' });
  }

  ttse__onBegin(): void {
    this.#pace = new TimerRepeat({ seconds: this.#wanted.every, name: 'pace' });
    this.#askNext();
  }

  ttse_waiting__onPace(): void {
    this.#askNext();
  }

  /** The last one is not confirmed yet. */
  ttse__onPace(): void {}

  // ---- A booking ----

  #askNext(): void {
    this.#nr++;
    this.toState('asking');
  }

  ttse_asking__onEnter(): void {
    this.#ask();
  }

  /** The question may have been lost, or its answer. */
  ttse_asking__onConnected(): void {
    this.#ask();
  }

  ttse__onConnected(): void {}

  #ask(): void {
    if (this.#client?.phase !== 'open') return;
    this.#client.ttsc__send(`book ${this.name} ${this.#nr}\n`);
    this.#patience?.ttsc__finish();
    this.#patience = new TimerSingleShot({ seconds: PATIENCE, name: 'patience' });
  }

  ttse__onData(_client: TcpClient, data: Buffer): void {
    for (const line of this.#lines.push(data)) {
      if (ANSWER.test(line)) this.ttsc__hear(line);
      else this.strange.push(line);
    }
  }

  ttsc__hear(_line: string): void {}

  ttsc_asking__hear(line: string): void {
    if (line !== `booked ${this.name} ${this.#nr}`) return;
    this.confirmed.push(this.#nr);
    this.toState(this.#nr === this.#wanted.bookings ? 'done' : 'waiting');
  }

  ttse_asking__onExit(): void {
    this.#patience?.ttsc__finish();
  }

  ttse_done__onEnter(): void {
    this.#pace?.ttsc__finish();
  }

  // ---- Its connection ----

  #connect(): void {
    this.#client = new TcpClient({
      host: 'server',
      port: PORT,
      reconnect: true,
      giveUpAfter: Infinity,
      retryDelay: 1_000,
      retryCap: 20_000,
      connectTimeout: 5_000,
    });
  }

  /** No answer: the peer has gone without a word, and the network cannot know it while nothing is unsent. */
  ttse__onPatience(): void {
    this.#client?.ttsc__abort();
  }

  ttse__onInfusionFinished({ tonic }: InfusionInfo): void {
    if (tonic !== this.#client) return;
    this.#client = undefined;
    if (this.state !== 'done') this.#connect();
  }

  ttse__onError(): void {
    this.failures++;
  }

  ttse__onDisconnected(): void {
    this.losses++;
    this.#lines = new LineBuffer(LONGEST_LINE);
  }
}
