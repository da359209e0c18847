import type { TaskTonicError } from '../../../core/errors.js';
import type { StreamChannel } from '../../../selector/network.js';
import { LEAST_WAIT, backoff } from './backoff.js';
import type { DialKey, DialDependencies } from './dialler-dependencies.js';
import { Pass, type PassSettings } from './dialler-pass.js';
import { Try, type TryEvents } from './dialler-try.js';
import type { Places } from './places.js';

/** The destination of a Dialler, and how it retries. */
export interface DialSettings extends PassSettings {
  /** Several places to choose from, instead of `host` and `port`. */
  readonly places?: Places | undefined;
  /** Further tries after one that failed. */
  readonly retries: number;
  /** The most that is waited before the first further try, in ms. */
  readonly retryDelay: number;
  /** The longest delay that retries grow to, in ms. */
  readonly retryCap: number;
  /** How long it goes on without a success, in ms; `Infinity` for ever. */
  readonly giveUpAfter: number;
  /** A connection that has stayed so long is a success, in ms. */
  readonly stableAfter: number;
}

/** The events of a Dialler. None of them is called within {@link Dialler.dial}. */
export interface DialEvents<Key extends DialKey> {
  /**
   * A connection was opened: channel and key belong to the receiver, which must hand the key over before it returns.
   */
  opened(channel: StreamChannel, key: Key): void;
  /**
   * A try has failed.
   *
   * @param wait how long it is until the next one, in ms; `undefined` where there is none: then `gaveUp` follows.
   */
  tryFailed(error: TaskTonicError, wait: number | undefined): void;
  /**
   * It tries no more.
   *
   * @param error that of the last try; `undefined` where it was a connection that did not stay (within {@link Dialler.lost}).
   */
  gaveUp(error: TaskTonicError | undefined): void;
}

/** `idle`: not begun, stopped, or given up. `connected`: its user has a connection, of which {@link Dialler.lost} will tell the end. */
export type DialPhase = 'idle' | 'trying' | 'waiting' | 'connected';

/**
 * Opens a connection, tries again where that fails, and again where its user tells it that the connection was lost:
 *
 * ```text
 *           dial             opened                lost
 * idle ------------> trying ----------> connected -------> waiting
 *  ^                   ^ \_______________________________/^  |
 *  |                   |             tryFailed               |
 *  |                   \-------------------------------------/
 *  \---- gaveUp, stop: from any
 * ```
 *
 * ## Contract
 *
 * - It owns the try under way, the wait, the count of failures, and the time since which there was no success. The connection is its user's.
 * - A connection is a success once it has stayed `stableAfter`, or {@link established} was called. With a success the count and the time
 *   begin anew; the end of a connection that was none is a failure like that of a try. (So one that is accepted and closed uses the
 *   retries up, and the waits grow.)
 * - It gives up after `retries` failures and one more; or with `giveUpAfter`: the last try begins at that bound, or where one is under way
 *   then, when that one has failed. So a server that comes up before the bound is found.
 * - No wait is nothing; see {@link backoff}.
 */
export class Dialler<Key extends DialKey> {
  readonly #dependencies: DialDependencies<Key>;
  readonly #settings: DialSettings;
  readonly #events: DialEvents<Key>;
  #phase: DialPhase = 'idle';
  #try: Try<Key> | Pass<Key> | undefined;
  #stopWait: (() => void) | undefined;
  #failures = 0;
  /** The last success, or when it began. */
  #since = 0;
  /** The next try, or the present one, is the last one within `giveUpAfter`. */
  #last = false;
  #openedAt = 0;
  #established = false;
  /** The last try has failed, and `gaveUp` was not called yet. */
  #givesUp = false;

  constructor(dependencies: DialDependencies<Key>, settings: DialSettings, events: DialEvents<Key>) {
    this.#dependencies = dependencies;
    this.#settings = settings;
    this.#events = events;
  }

  get phase(): DialPhase {
    return this.#phase;
  }

  /** Failures since the last success. */
  get failures(): number {
    return this.#failures;
  }

  /**
   * Tries at once, with all retries and all time again: to begin with, where a wait is to end, or where the user has given its connection up for
   * another one. A try that is under way goes on.
   */
  dial(): void {
    this.#beginAnew();
    this.#last = this.#settings.giveUpAfter <= 0;
    if (this.#phase !== 'trying') this.#begin();
  }

  /** The protocol confirms that the connection works, so it counts as a success. */
  established(): void {
    if (this.#phase === 'connected') this.#established = true;
  }

  /** The connection was lost, and another one is wanted. Does nothing if none was open. */
  lost(): void {
    if (this.#phase !== 'connected') return;
    const isSuccess = this.#established || this.#dependencies.now() - this.#openedAt >= this.#settings.stableAfter;
    if (isSuccess) this.#beginAnew();
    else this.#failures++;
    if (this.#waitForNext() === undefined) this.#events.gaveUp(undefined);
  }

  /** Ends the try or the wait; no more events, unless it dials again. */
  stop(): void {
    this.#phase = 'idle';
    this.#givesUp = false;
    this.#stopWait?.();
    this.#try?.cancel();
    this.#try = this.#stopWait = undefined;
  }

  #beginAnew(): void {
    this.#failures = 0;
    this.#since = this.#dependencies.now();
    this.#last = false;
  }

  #begin(): void {
    this.stop();
    this.#phase = 'trying';
    const { places } = this.#settings;
    const events: TryEvents<Key> = {
      opened: (channel, key) => this.#opened(channel, key),
      failed: (error) => this.#failed(error),
    };
    this.#try =
      places === undefined
        ? new Try(this.#dependencies, this.#settings, events)
        : new Pass(this.#dependencies, this.#settings, places, events);
  }

  #opened(channel: StreamChannel, key: Key): void {
    this.#try = undefined;
    this.#phase = 'connected';
    this.#openedAt = this.#dependencies.now();
    this.#established = false;
    this.#events.opened(channel, key);
  }

  #failed(error: TaskTonicError): void {
    this.#try = undefined;
    this.#failures++;
    const wait = this.#waitForNext();
    this.#givesUp = wait === undefined;
    this.#events.tryFailed(error, wait);
    // Its user may have stopped it, or dialled again.
    if (!this.#givesUp) return;
    this.#givesUp = false;
    this.#events.gaveUp(error);
  }

  /** @returns for how long; `undefined` where there is no next try. */
  #waitForNext(): number | undefined {
    const wait = this.#nextWait();
    if (wait === undefined) this.#phase = 'idle';
    else {
      this.#phase = 'waiting';
      this.#stopWait = this.#dependencies.after(wait, () => this.#begin());
    }
    return wait;
  }

  #nextWait(): number | undefined {
    const { retries, retryDelay: delay, retryCap: cap, giveUpAfter } = this.#settings;
    if (this.#last || this.#failures > retries) return undefined;
    const wait = backoff({ delay, cap }, Math.max(this.#failures, 1), this.#dependencies.random);
    const left = this.#since + giveUpAfter - this.#dependencies.now();
    this.#last = left <= wait;
    return this.#last ? Math.max(left, LEAST_WAIT) : wait;
  }
}
