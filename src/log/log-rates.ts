import type { AnyTonic } from '../core/any-tonic.js';
import type { Clock, ClockTimer } from '../core/time/clock.js';
import type { LineLevel } from '../core/log-port.js';

/** A window lasts so long, in ms. In it so many lines of a kind are written of one Tonic, and of all Tonics of its class. */
const WINDOW = 1_000;
export const MOST_OF_ONE = 5;
export const MOST_OF_ALL = 10;

/** Lines of a kind that were not written. */
export interface LeftOut {
  readonly level: LineLevel;
  readonly kind: string;
  readonly count: number;
  /** What the last of them would have said, and of whom. */
  readonly last: string;
  readonly tonic: AnyTonic;
  /** The id that it had. */
  readonly id: number;
  /** Whether all were of that one. */
  readonly ofOne: boolean;
}

/** What is known of a kind of lines, of the Tonics of a class, in the window. */
interface Kind {
  written: number;
  /** Weak: one that has finished is not kept. And not by ids, which are given again. */
  readonly writtenOf: WeakMap<AnyTonic, number>;
  leftOut: { -readonly [K in keyof LeftOut]: LeftOut[K] } | undefined;
}

/**
 * How many lines peers can make us write: of each kind a few in a second, and one that tells how many more there were. A window begins with a
 * line; a timer is set only for one in which some were left out. Kinds are as many as a program has, whatever peers do.
 */
export class LogRates {
  readonly #clock: Clock;
  readonly #tell: (leftOut: LeftOut) => void;
  readonly #kinds = new Map<string, Kind>();
  #since = -Infinity;
  #timer: ClockTimer;

  /** @param tell told of what was left out, at the end of its window. */
  constructor(clock: Clock, tell: (leftOut: LeftOut) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Whether a line may be written. One that may not is counted. */
  admits(tonic: AnyTonic, level: LineLevel, kind: string, text: string): boolean {
    const now = this.#clock.now();
    if (now - this.#since >= WINDOW) this.#begin(now);
    const known = this.#kindOf(`${kind} ${tonic._ttPlan.className}`);
    const ofOne = known.writtenOf.get(tonic) ?? 0;
    if (ofOne < MOST_OF_ONE && known.written < MOST_OF_ALL) {
      known.written++;
      known.writtenOf.set(tonic, ofOne + 1);
      return true;
    }
    this.#timer ??= this.#clock.setTimer(() => this.tellAll(), this.#since + WINDOW - now, false);
    const { leftOut } = known;
    if (leftOut === undefined) known.leftOut = { level, kind, count: 1, last: text, tonic, id: tonic.id, ofOne: true };
    else {
      leftOut.count++;
      leftOut.last = text;
      leftOut.ofOne &&= leftOut.tonic === tonic;
      leftOut.tonic = tonic;
      leftOut.id = tonic.id;
    }
    return false;
  }

  #begin(now: number): void {
    this.tellAll();
    this.#since = now;
  }

  #kindOf(key: string): Kind {
    const known = this.#kinds.get(key);
    if (known !== undefined) return known;
    const kind: Kind = { written: 0, writtenOf: new WeakMap(), leftOut: undefined };
    this.#kinds.set(key, kind);
    return kind;
  }

  /** Tells what was left out so far. */
  tellAll(): void {
    this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#since = -Infinity;
    const all = [...this.#kinds.values()];
    this.#kinds.clear();
    for (const { leftOut } of all) if (leftOut !== undefined) this.#tell(leftOut);
  }
}
