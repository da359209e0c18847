import { isDeepStrictEqual } from 'node:util';
import type { AnyTonic } from '../core/any-tonic.js';
import { fail } from '../core/errors.js';
import { snapshot } from './snapshot.js';
import { brief } from './trace-table.js';

/** What is expected of one Tonic; any one of the conditions matches it. */
export interface TonicContract {
  /** A sparkle left it in one of these states. */
  readonly tillStateIn?: readonly string[] | undefined;
  /** One of these sparkles ran. */
  readonly tillSparkleIn?: readonly string[] | undefined;
  /** A probe has this value, or one that the function says yes to, after a sparkle. */
  readonly stopOnProbe?: Readonly<Record<string, unknown>> | undefined;
  /** Further probes: fields to be copied into the trace, such as `'count'` or `'peer.name'`. */
  readonly probes?: readonly string[] | undefined;
}

/** What is expected of several Tonics together. */
export interface Contract {
  /** How many of those that have a condition must match. Default `'all'`. */
  readonly stopMatchCount?: number | 'all' | undefined;
  /** By the name of a Tonic or of its class. */
  readonly tonics: Readonly<Record<string, TonicContract>>;
}

/** What became of the contract with one Tonic. */
export interface ContractMatch {
  readonly matched: boolean;
  /** Which of its conditions held first, such as `state: open`, `sparkle: ttsc__open`, `probe: count = 3`. */
  readonly why: readonly string[];
  /** When, in ms of virtual time. */
  readonly at: number | undefined;
}

/** What became of a contract. */
export interface ContractDetails {
  readonly met: boolean;
  readonly matches: number;
  readonly needed: number;
  readonly tonics: Readonly<Record<string, ContractMatch>>;
}

/** A contract while the loops run: a Tonic that has matched stays so. */
export class ContractWatch {
  readonly #tonics: Readonly<Record<string, TonicContract>>;
  readonly #matches = new Map<string, { why: readonly string[]; at: number }>();
  readonly #needed: number;

  /** @throws {TaskTonicError} `TT_BAD_OPTION` */
  constructor({ tonics, stopMatchCount = 'all' }: Contract) {
    this.#tonics = tonics;
    const conditions = Object.values(tonics).filter(
      ({ tillStateIn, tillSparkleIn, stopOnProbe }) => tillStateIn ?? tillSparkleIn ?? stopOnProbe,
    );
    this.#needed = stopMatchCount === 'all' ? conditions.length : stopMatchCount;
    if (Number.isInteger(this.#needed) && this.#needed > 0 && this.#needed <= conditions.length) return;
    const problem =
      conditions.length === 0
        ? 'no Tonic in it has a condition'
        : `it is ${String(stopMatchCount)}, and must be 'all' or from 1 to ${conditions.length}`;
    throw fail('TT_BAD_OPTION', { class: 'the Distiller', option: 'contract/stopMatchCount', problem });
  }

  get met(): boolean {
    return this.#matches.size >= this.#needed;
  }

  get details(): ContractDetails {
    const tonics = Object.keys(this.#tonics).map((name): [string, ContractMatch] => {
      const match = this.#matches.get(name);
      return [name, { matched: match !== undefined, why: match?.why ?? [], at: match?.at }];
    });
    return {
      met: this.met,
      matches: this.#matches.size,
      needed: this.#needed,
      tonics: Object.fromEntries(tonics),
    };
  }

  /** The probes that the contract with a Tonic asks for. */
  probesOf(name: string): readonly string[] {
    const { probes = [], stopOnProbe = {} } = this.#tonics[name] ?? {};
    return [...probes, ...Object.keys(stopOnProbe)];
  }

  /** A sparkle of a Tonic has run. */
  ran(tonic: AnyTonic, name: string, sparkle: string, at: number): void {
    const { className } = tonic._ttPlan;
    this.#check(name, tonic, sparkle, at);
    if (className !== name) this.#check(className, tonic, sparkle, at);
  }

  #check(name: string, tonic: AnyTonic, sparkle: string, at: number): void {
    const contract = Object.hasOwn(this.#tonics, name) ? this.#tonics[name] : undefined;
    if (contract === undefined || this.#matches.has(name)) return;
    const why = reasons(contract, tonic, sparkle);
    if (why.length > 0) this.#matches.set(name, { why, at });
  }
}

function reasons({ tillStateIn, tillSparkleIn, stopOnProbe }: TonicContract, tonic: AnyTonic, ran: string): string[] {
  const why: string[] = [];
  if (tonic.state !== undefined && tillStateIn?.includes(tonic.state)) why.push(`state: ${tonic.state}`);
  if (tillSparkleIn?.includes(ran)) why.push(`sparkle: ${ran}`);
  for (const [probe, wanted] of Object.entries(stopOnProbe ?? {})) {
    const value = probeOf(tonic, probe);
    const holds =
      typeof wanted === 'function' ? (wanted as (value: unknown) => unknown)(value) : isDeepStrictEqual(value, wanted);
    if (holds) why.push(`probe: ${probe} = ${typeof value === 'string' ? value : brief(snapshot(value))}`);
  }
  return why;
}

/** The value of a field by its path, such as `'peer.name'`. A getter that throws gives a text that says so. */
export function probeOf(tonic: object, path: string): unknown {
  let value: unknown = tonic;
  try {
    for (const key of path.split('.')) value = (value as Readonly<Record<string, unknown>> | null | undefined)?.[key];
    return value;
  } catch (thrown) {
    return `[threw ${String(thrown)}]`;
  }
}
