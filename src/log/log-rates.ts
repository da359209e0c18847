import type { AnyTonic } from '../core/any-tonic.js';
import type { Clock, ClockTimer } from '../core/time/clock.js';
import type { LineLevel } from '../core/log-port.js';

/**
 * The length of a window, in ms. In a window a limited number of lines of each kind is written for one Tonic, and for
 * all Tonics of its class.
 */
const WINDOW = 1_000;
export const MOST_OF_ONE = 5;
export const MOST_OF_ALL = 10;

/** Lines of a kind that were left out. */
export interface SuppressedLines {
  readonly level: LineLevel;
  readonly kind: string;
  readonly count: number;
  /** The text of the last one, and its Tonic. */
  readonly last: string;
  readonly tonic: AnyTonic;
  /** The id of that Tonic at that time. */
  readonly id: number;
  /** Whether all of them were of that Tonic. */
  readonly ofOne: boolean;
}

/** A kind of lines of a class of Tonics, in the present window. */
interface Kind {
  written: number;
  /** Weak, so that finished Tonics are not kept. Not by id, because ids are used again. */
  readonly writtenOf: WeakMap<AnyTonic, number>;
  leftOut: { -readonly [K in keyof SuppressedLines]: SuppressedLines[K] } | undefined;
}

/**
 * Limits the lines that peers can cause: a few a second of each kind, and one line with the number of those left out. A
 * window begins with a line; a timer is set only if lines were left out. The number of kinds is fixed in the program.
 */
export class LogRates {
  readonly #clock: Clock;
  readonly #tell: (leftOut: SuppressedLines) => void;
  readonly #kinds = new Map<string, Kind>();
  #since = -Infinity;
  #timer: ClockTimer;

  /** @param tell called at the end of a window with the lines that were left out. */
  constructor(clock: Clock, tell: (leftOut: SuppressedLines) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Whether a line may be written. Otherwise it is counted. */
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

  /** Reports the lines that were left out so far. */
  tellAll(): void {
    this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#since = -Infinity;
    const all = [...this.#kinds.values()];
    this.#kinds.clear();
    for (const { leftOut } of all) if (leftOut !== undefined) this.#tell(leftOut);
  }
}
