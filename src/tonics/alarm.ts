import type { AnyTonic } from '../core/any-tonic.js';
import type { Due } from '../core/time/timer-queue.js';

/** A timeout on the clock of a Tonic's Catalyst. It can be set again and again. */
export class Alarm implements Due {
  /** @internal */ at = Infinity;
  /** @internal */ slot = -1;
  readonly #tonic: AnyTonic;
  #due: () => void = () => {};

  constructor(tonic: AnyTonic) {
    this.#tonic = tonic;
  }

  /** Makes an Alarm and sets it. */
  static after(tonic: AnyTonic, ms: number, due: () => void): Alarm {
    const alarm = new Alarm(tonic);
    alarm.set(ms, due);
    return alarm;
  }

  /** Calls `due` after `ms`, and replaces an earlier setting. `Infinity` for never. */
  set(ms: number, due: () => void): void {
    this.clear();
    if (ms === Infinity) return;
    this.#due = due;
    this.at = this.#tonic._ttScheduler.clock.now() + ms;
    this.#tonic._ttScheduler.timers.add(this);
  }

  /** Whether it is set, and has not fired. */
  get isSet(): boolean {
    return this.slot >= 0;
  }

  clear(): void {
    this.#tonic._ttScheduler.timers.remove(this);
  }

  /** @internal */
  fire(): void {
    this.#due();
  }
}
