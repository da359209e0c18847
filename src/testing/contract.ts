import { valueText } from '../core/options/value-text.js';
import { isDeepStrictEqual } from 'node:util';
import type { AnyTonic } from '../core/any-tonic.js';
import { badOption } from '../core/options/option-problem.js';
import type { Contract, TonicContract } from './sparkle-conditions.js';
import { listOf } from './one-or-more.js';
import { snapshot } from './snapshot.js';
import { shortText } from './trace-table.js';

/** What became of the contract with one Tonic. */
export interface ContractMatch {
  readonly matched: boolean;
  /** Which of its conditions was met first, such as `state: open`, `sparkle: ttsc__open`, `probe: count = 3`. */
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
  /** The probes that apply to every Tonic with such a field. */
  readonly probes: readonly string[];
  readonly #tonics: Readonly<Record<string, TonicContract>>;
  readonly #matches = new Map<string, { why: readonly string[]; at: number }>();
  readonly #needed: number;
  /** The Tonics of the contract that exist, with the names that the contract uses. */
  readonly #watched = new Map<AnyTonic, readonly string[]>();

  /** @throws {TaskTonicError} `TT_BAD_OPTION` */
  constructor({ tonics, stopMatchCount = 'all', probes }: Contract) {
    this.#tonics = tonics;
    this.probes = listOf(probes);
    const conditions = Object.values(tonics).filter(
      ({ tillStateIn, tillSparkleIn, stopOnProbe }) => tillStateIn ?? tillSparkleIn ?? stopOnProbe,
    );
    const onlyLooks = conditions.length === 0 && this.probes.length > 0 && stopMatchCount === 'all';
    this.#needed = onlyLooks ? Infinity : stopMatchCount === 'all' ? conditions.length : stopMatchCount;
    if (onlyLooks || (Number.isInteger(this.#needed) && this.#needed > 0 && this.#needed <= conditions.length)) return;
    const problem =
      conditions.length === 0
        ? 'no Tonic in it has a condition'
        : `it is ${valueText(stopMatchCount)}, and must be 'all' or from 1 to ${conditions.length}`;
    throw badOption('the Distiller', 'contract.stopMatchCount', problem);
  }

  /** Whether it expects anything; a contract with only probes does not. */
  get expects(): boolean {
    return this.#needed < Infinity;
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
    if (!Object.hasOwn(this.#tonics, name)) return [];
    const { probes, stopOnProbe = {} } = this.#tonics[name]!;
    return [...listOf(probes), ...Object.keys(stopOnProbe)];
  }

  /** A new Tonic: from now on it is checked after each sparkle of any Tonic. */
  sees(tonic: AnyTonic): void {
    if (this.#watched.has(tonic)) return;
    const { className } = tonic._ttPlan;
    const { name } = tonic;
    const names = [...new Set([name, className])].filter((one) => Object.hasOwn(this.#tonics, one));
    if (names.length > 0) this.#watched.set(tonic, names);
  }

  /** A sparkle of a Tonic has run. */
  ran(tonic: AnyTonic, sparkle: string, at: number): void {
    for (const name of this.#watched.get(tonic) ?? []) this.#check(name, tonic, sparkle, at);
  }

  /** Checks all Tonics, because one may have changed another. */
  look(at: number): void {
    for (const [tonic, names] of this.#watched) {
      for (const name of names) this.#check(name, tonic, undefined, at);
      if (tonic.finished) this.#watched.delete(tonic);
    }
  }

  #check(name: string, tonic: AnyTonic, sparkle: string | undefined, at: number): void {
    if (this.#matches.has(name)) return;
    const why = reasons(this.#tonics[name]!, tonic, sparkle);
    if (why.length > 0) this.#matches.set(name, { why, at });
  }
}

function reasons(contract: TonicContract, tonic: AnyTonic, ran: string | undefined): string[] {
  const { tillStateIn, tillSparkleIn, stopOnProbe = {} } = contract;
  const why: string[] = [];
  const { state } = tonic;
  if (state !== undefined && listOf(tillStateIn).includes(state)) why.push(`state: ${state}`);
  if (ran !== undefined && listOf(tillSparkleIn).includes(ran)) why.push(`sparkle: ${ran}`);
  for (const [probe, wanted] of Object.entries(stopOnProbe)) {
    const value = probeOf(tonic, probe);
    const holds =
      typeof wanted === 'function' ? (wanted as (value: unknown) => unknown)(value) : isDeepStrictEqual(value, wanted);
    if (holds) why.push(`probe: ${probe} = ${typeof value === 'string' ? value : shortText(snapshot(value))}`);
  }
  return why;
}

/** Whether a Tonic has the field that a path begins with. */
export function hasProbe(tonic: object, path: string): boolean {
  const [field] = path.split('.');
  return field! in tonic;
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
