import type { AnyTonic } from '../core/any-tonic.js';
import type { LineLevel } from '../core/log-port.js';
import type { Clock } from '../core/time/clock.js';
import { fullNameOf, type TreePlace, type TonicIdentity, identityOf, rounded } from './log-fields.js';
import type { LogWriter } from './log-writer.js';
import type { Sparkle } from '../core/plan/plan.js';

/** A step in the life of a Tonic that a sparkle has caused. */
export interface LifeStep {
  readonly tonic: string;
  readonly id: number;
  readonly life: string;
  readonly infused?: TreePlace;
}

/** The limits of an entry; further parts are counted and left out. */
export interface EntryBounds {
  /** The most lines, life steps, probes and markers together. */
  readonly lines: number;
  /** The most characters of their JSON. */
  readonly bytes: number;
}

export const ENTRY_BOUNDS: EntryBounds = { lines: 100, bytes: 65_536 };

/** Flags are a few words that are fixed in the program. */
const MOST_FLAGS = 16;

/** The levels with the numbers of pino. */
const LEVELS = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 } as const satisfies Record<
  LineLevel,
  number
>;

/** The entry of one sparkle. Its parts are stored as JSON, so that they show the values at that time. */
export class LogEntry {
  readonly #tonic: TonicIdentity;
  readonly #time: number;
  readonly #bounds: EntryBounds;
  readonly #lines: string[] = [];
  readonly #lives: object[] = [];
  readonly #probes = new Map<string, string>();
  readonly #markers: object[] = [];
  readonly #flags = new Set<string>();
  #level = 0;
  #parts = 0;
  #bytes = 0;
  #leftOut = 0;

  constructor(tonic: TonicIdentity, time: number, bounds: EntryBounds) {
    this.#tonic = tonic;
    this.#time = time;
    this.#bounds = bounds;
  }

  line(level: LineLevel, json: string): void {
    if (this.#admits(level, json.length)) this.#lines.push(json);
  }

  /** A failure is always included. */
  failure(json: string): void {
    this.raise('error');
    this.#lines.push(json);
    this.#flags.add('failed');
  }

  life(level: LineLevel, step: LifeStep): void {
    const { tonic, infused } = step;
    if (this.#admits(level, tonic.length + (infused === undefined ? 32 : 150))) this.#lives.push(step);
  }

  probe(name: string, json: string): void {
    if (this.#admits('info', name.length + json.length)) this.#probes.set(name, json);
  }

  /** Its position among the lines is stored, too. */
  mark(text: string, time: number): void {
    if (this.#admits('info', text.length + 32)) this.#markers.push({ text, time, after: this.#lines.length });
  }

  flag(name: string, level: LineLevel = 'info'): void {
    this.raise(level);
    if (this.#flags.size < MOST_FLAGS || this.#flags.has(name)) this.#flags.add(name);
    else this.#leftOut++;
  }

  /** Lines that are left out count for the level, so that an error among ten thousand lines is noticed. */
  #admits(level: LineLevel, bytes: number): boolean {
    this.raise(level);
    const { lines, bytes: most } = this.#bounds;
    if (this.#parts >= lines || this.#bytes + bytes > most) {
      this.#leftOut++;
      return false;
    }
    this.#parts++;
    this.#bytes += bytes;
    return true;
  }

  /** The entry has the highest level of its parts. */
  raise(level: LineLevel): void {
    this.#level = Math.max(this.#level, LEVELS[level]);
  }

  /** The entry as a line of JSON; `msg` is `entry`. */
  toLine({ sparkle, state, to, ms, from, fromSparkle }: EntryFrame): string {
    const head = JSON.stringify({
      level: this.#level,
      time: this.#time,
      ...this.#tonic,
      state,
      to,
      sparkle: sparkle!.key,
      ms: ms === undefined ? undefined : rounded(ms),
      from,
      fromSparkle,
      flags: some([...this.#flags]),
    });
    const probes = [...this.#probes].map(([name, json]) => `${JSON.stringify(name)}:${json}`);
    const rest = [
      `"lines":[${this.#lines.join(',')}]`,
      this.#lives.length > 0 && `"life":${JSON.stringify(this.#lives)}`,
      probes.length > 0 && `"probes":{${probes.join(',')}}`,
      this.#markers.length > 0 && `"markers":${JSON.stringify(this.#markers)}`,
      this.#leftOut > 0 && `"leftOut":${this.#leftOut}`,
      '"msg":"entry"',
    ];
    return `${head.slice(0, -1)},${rest.filter(Boolean).join(',')}}\n`;
  }
}

const some = (list: readonly string[]): readonly string[] | undefined => (list.length > 0 ? list : undefined);

/**
 * A running sparkle, and its entry if it has logged something. Frames are reused, so a sparkle that logs nothing needs
 * no object.
 */
class EntryFrame {
  tonic: AnyTonic | undefined;
  sparkle: Sparkle | undefined;
  state: string | undefined;
  to: string | undefined;
  ms: number | undefined;
  from: string | undefined;
  fromSparkle: string | undefined;
  entry: LogEntry | undefined;
}

/**
 * Gathers what each sparkle logs into one entry, which is written when the sparkle has ended. Hooks (`onEnter`,
 * `onFailure`) run within other sparkles and have entries of their own, so the frames form a stack.
 */
export class EntryCollector {
  readonly #writer: LogWriter;
  readonly #bounds: EntryBounds;
  readonly #clock: Clock;
  readonly #frames: EntryFrame[] = [];
  #depth = 0;

  constructor(writer: LogWriter, bounds: EntryBounds, clock: Clock) {
    this.#writer = writer;
    this.#bounds = bounds;
    this.#clock = clock;
  }

  /** A sparkle begins. */
  begin(tonic: AnyTonic, sparkle: Sparkle, state: string | undefined): void {
    const frame = (this.#frames[this.#depth++] ??= new EntryFrame());
    frame.tonic = tonic;
    frame.sparkle = sparkle;
    frame.state = state;
  }

  /**
   * The entry of the running sparkle, if it belongs to this Tonic (and is this sparkle). It is made at the first use.
   */
  of(tonic: AnyTonic, sparkle?: string): LogEntry | undefined {
    const frame = this.#frames[this.#depth - 1];
    if (this.#depth === 0 || frame?.tonic !== tonic) return undefined;
    if (sparkle !== undefined && sparkle !== frame.sparkle!.key) return undefined;
    return this.#entry(frame);
  }

  /** The entry of the running sparkle of any Tonic. */
  current(): LogEntry | undefined {
    return this.#depth === 0 ? undefined : this.#entry(this.#frames[this.#depth - 1]!);
  }

  #entry(frame: EntryFrame): LogEntry {
    return (frame.entry ??= new LogEntry(identityOf(frame.tonic!), this.#clock.wallTime(), this.#bounds));
  }

  /** Whether the running sparkle has logged something. */
  get isSpoken(): boolean {
    return this.#depth > 0 && this.#frames[this.#depth - 1]!.entry !== undefined;
  }

  /** The running hook has thrown: its caller logs that under the name of the hook. */
  threw(): void {
    this.#frames[this.#depth - 1]?.entry?.flag('failed', 'error');
  }

  /** A line as JSON, to be stored in an entry. */
  json(level: LineLevel, fields: object, message?: string): string {
    return this.#writer.json(level, fields, message);
  }

  get now(): number {
    return this.#clock.wallTime();
  }

  /** The sparkle has ended: its entry is written. */
  end(to: string | undefined, ms: number, source: AnyTonic | undefined, sourceSparkle: Sparkle | undefined): void {
    if (this.#depth === 0) return;
    const frame = this.#frames[--this.#depth]!;
    frame.to = to;
    frame.ms = ms;
    frame.from = source === undefined ? undefined : fullNameOf(source);
    frame.fromSparkle = sourceSparkle?.key;
    this.#write(frame);
  }

  /** Writes all open entries, because the process ends or a loop has failed. */
  writeOpen(): void {
    while (this.#depth > 0) {
      const frame = this.#frames[--this.#depth]!;
      frame.to = frame.ms = frame.from = frame.fromSparkle = undefined;
      frame.entry?.flag('unfinished');
      this.#write(frame);
    }
  }

  /** The frame is also cleared, so that it keeps nothing in memory. */
  #write(frame: EntryFrame): void {
    const { entry } = frame;
    frame.entry = undefined;
    if (entry !== undefined) this.#writer.write(entry.toLine(frame));
    frame.tonic = frame.sparkle = undefined;
  }
}
