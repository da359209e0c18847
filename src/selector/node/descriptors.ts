import { type Clock, type ClockTimer, nodeClock } from '../../core/time/clock.js';
import { type DescriptorSource, ProcessDescriptors } from './process-descriptors.js';

/** Descriptors that are kept free for files, pipes, name look-ups and outgoing connections. */
const RESERVE = 8;
/** This many of the reserve are held open while something listens, so that nothing else uses them. */
const SPARES = 3;
/** If fewer are left, they are counted at each accept, and ten times as often by the timer. */
const NEAR = 64;
/** The app itself opens no more than this in a ms: so long a look is good for. One that is not quick is, for so many times what it took. */
const OPENS = 64;
const FRESH_TIMES = 50;
/** The interval of the timer, in ms. */
const WATCH = 1_000;
const WATCH_NEAR = 100;
/** The assumed number of other open descriptors, if the system does not tell it. */
const GUESS = 32;

/** What a descriptor is used for: a connection, or another socket of ours. */
type Use = 'connection' | 'other';

/**
 * The file descriptors of this process, as its network sees them.
 *
 * Out of them, Node accepts a connection and closes it without a word. So it is looked how many are in use: at each accept, and, while
 * anybody watches, by a timer, since the app opens files whenever it likes. A peer that would go into the reserve is turned away aloud.
 *
 * ```text
 *   0 ............ in use ............ | .... room .... | ... reserve ... |  limit
 *                                                         spares, held open
 * ```
 *
 * Where the app has taken every one, Node hears of no peer. Then a spare is given up, and peers are heard, and turned away, again. Of
 * what came in before the watch had noticed nobody knows.
 */
export class Descriptors {
  readonly #source: DescriptorSource;
  readonly #clock: Clock;
  #connections = 0;
  #others = 0;
  /** The number in use at the last count, corrected by the sockets opened and closed here since. */
  #inUse = 0;
  #lookedAt = -Infinity;
  #looksAgainAfter = 0;
  /** Each function closes one spare descriptor. */
  readonly #spares: (() => void)[] = [];
  /** All descriptors were in use, and the reserve is not complete again. */
  #ranOut = false;
  readonly #watchers = new Set<(most: number) => void>();
  readonly #listeners = new Set<() => void>();
  #told = -1;
  #timer: ClockTimer = undefined;

  constructor(source: DescriptorSource, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  opened(use: Use = 'connection'): void {
    this.#count(use, 1);
  }

  closed(use: Use = 'connection'): void {
    this.#count(use, -1);
  }

  /** Our sockets that are open. */
  get sockets(): number {
    return this.#connections + this.#others;
  }

  /** The possible number of connections: the present ones, and those for which descriptors are left. */
  get most(): number {
    if (this.#age() >= this.#looksAgainAfter) this.#look();
    return this.#mostNow;
  }

  /** Whether a connection that was accepted, and is not counted yet, would use the reserve. */
  refuses(): boolean {
    if (this.#source.limit === Infinity) return false;
    const isDue = this.#age() >= this.#looksAgainAfter || (this.#source.quick && this.#room < NEAR);
    if (isDue) this.#look();
    else this.#inUse++;
    const refused = this.#room < 0;
    // It is counted by `opened()`, or closed.
    this.#inUse--;
    if (refused) this.#tell();
    return refused;
  }

  /** Tells how many connections there may be: at once, and again when that has changed, until the returned function is called. */
  watch(tell: (most: number) => void): () => void {
    this.#look();
    this.#tell();
    this.#watchers.add(tell);
    this.#startTimer();
    tell(this.#mostNow);
    return () => {
      this.#watchers.delete(tell);
      this.#stopTimer();
    };
  }

  /** Somebody listens, who is told once each time that the app has taken every descriptor, until the returned function is called. */
  listen(ranOut: () => void): () => void {
    this.#look();
    this.#listeners.add(ranOut);
    this.#takeSpares();
    // The listening socket itself takes one.
    this.#tell();
    this.#startTimer();
    return () => {
      this.#listeners.delete(ranOut);
      this.#stopTimer();
      if (this.#listeners.size > 0) return;
      while (this.#spares.length > 0) this.#giveSpare();
      this.#ranOut = false;
    };
  }

  /** Counts the open descriptors and acts on the result; called by the timer. */
  check(): void {
    this.#look();
    const { limit } = this.#source;
    if (this.#inUse >= limit) {
      // One at a time: the app may be after each that comes free.
      this.#giveSpare();
      if (!this.#ranOut) {
        this.#ranOut = true;
        for (const ranOut of this.#listeners) ranOut();
      }
    } else if (limit - this.#inUse >= RESERVE) this.#ranOut = false;
    if (!this.#ranOut) this.#takeSpares();
    this.#tell();
  }

  get #room(): number {
    return this.#source.limit - RESERVE - (this.#inUse - this.#spares.length);
  }

  get #mostNow(): number {
    return this.#connections + Math.max(this.#room, 0);
  }

  #count(use: Use, change: number): void {
    if (use === 'connection') this.#connections += change;
    else this.#others += change;
    this.#inUse += change;
  }

  #age(): number {
    return this.#clock.now() - this.#lookedAt;
  }

  #look(): void {
    const began = this.#clock.now();
    this.#inUse = this.#source.inUse() ?? GUESS + this.sockets;
    this.#lookedAt = this.#clock.now();
    this.#looksAgainAfter = this.#source.quick
      ? Math.min(this.#room / OPENS, WATCH_NEAR)
      : Math.min((this.#lookedAt - began) * FRESH_TIMES, WATCH);
  }

  #tell(): void {
    const most = this.#mostNow;
    if (most === this.#told) return;
    this.#told = most;
    for (const tell of this.#watchers) tell(most);
  }

  #takeSpares(): void {
    while (this.#listeners.size > 0 && this.#spares.length < SPARES && this.#source.limit < Infinity) {
      const spare = this.#source.take();
      if (spare === undefined) return;
      this.#spares.push(spare);
      this.#inUse++;
    }
  }

  #giveSpare(): void {
    const spare = this.#spares.pop();
    if (spare === undefined) return;
    spare();
    this.#inUse--;
  }

  #startTimer(): void {
    if (this.#timer !== undefined || this.#source.limit === Infinity) return;
    const wait = this.#room < NEAR ? WATCH_NEAR : WATCH;
    // The timer must not keep the process alive.
    const look = (): void => {
      this.#timer = undefined;
      this.check();
      if (this.#isWatched) this.#startTimer();
    };
    this.#timer = this.#clock.setTimer(look, wait, false);
  }

  #stopTimer(): void {
    if (this.#isWatched) return;
    this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }

  get #isWatched(): boolean {
    return this.#watchers.size + this.#listeners.size > 0;
  }
}

export const descriptors = new Descriptors(new ProcessDescriptors(), nodeClock);
