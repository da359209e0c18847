import * as v from 'valibot';
import { glanceOf } from './option-glance.js';
import { badValue, missingOption, unknownOption } from './option-problem.js';
import { type OptionSet, accepts, isNeeded, keysOf, optionsIn, valueOf } from './option-schema.js';
import { alternatives, isClosed, namesIn, partsOf } from './schema-parts.js';

/** An option in a check. */
interface Known {
  readonly name: string;
  readonly entry: v.GenericSchema;
  /** A fast test that is true only for valid values. If it is false, the value needs the full check. */
  readonly glance: (value: unknown) => boolean;
}

/**
 * The check of options that are given ten thousand times a second, as for timers and Tonics. It makes no objects, and
 * accepts most valid values by a fast test.
 */
export class OptionCheck {
  /** Called when the first options are checked: there are about thirty sets, and an app uses only some. */
  readonly #describe: () => ReadonlyMap<string, Known>;
  #known: ReadonlyMap<string, Known> | undefined;
  #needed: readonly string[] | undefined;
  /** Whether unknown options are allowed; a user's class may allow them. */
  readonly #open: boolean;
  /** An additional hint for unknown options. */
  readonly #remedy: string;
  /**
   * The options of the last call, in their order: mostly the next call has the same, and comparing is faster than a map
   * lookup.
   */
  readonly #recent: Known[] = [];

  private constructor(
    describe: () => ReadonlyMap<string, Known>,
    needed?: readonly string[],
    open = false,
    remedy = '',
  ) {
    this.#describe = describe;
    this.#needed = needed;
    this.#open = open;
    this.#remedy = remedy;
  }

  static of({ entries }: OptionSet): OptionCheck {
    return new OptionCheck(() => knownIn(entries));
  }

  /**
   * The check for a user's class, with its additional options. None of them is required here: the class may handle them
   * itself.
   *
   * @param remedy an additional hint for unknown options.
   */
  extended(schema: v.GenericSchema | undefined, remedy: string): OptionCheck {
    if (schema === undefined) return new OptionCheck(() => this.#all, this.#allNeeded, this.#open, remedy);
    const described = alternatives(schema);
    // If it is a union, an option has no single description, but a name.
    const names = namesIn(described).map((name) => [name, anything(name)] as const);
    const own = described.length === 1 ? knownIn(partsOf(described[0]!).entries ?? {}) : [];
    const known = new Map([...names, ...own, ...this.#all]);
    return new OptionCheck(() => known, this.#allNeeded, this.#open || !isClosed(described), remedy);
  }

  get #all(): ReadonlyMap<string, Known> {
    return (this.#known ??= this.#describe());
  }

  get #allNeeded(): readonly string[] {
    return (this.#needed ??= [...this.#all].filter(([, { entry }]) => isNeeded(entry)).map(([name]) => name));
  }

  /**
   * @param of the owner of the options, for the error: a name, or an object with one.
   * @throws {TaskTonicError} `TT_BAD_OPTION`
   */
  check(options: unknown, of: string | { readonly name: string }): void {
    try {
      if (this.#isRight(options as Options)) return;
    } catch {
      // A getter or a proxy threw: the full check reads the options again.
    }
    this.#refuse(options, typeof of === 'string' ? of : of.name);
  }

  /** Accepts valid options by reading each value once. */
  #isRight(options: Options | null | undefined): boolean {
    if (typeof options !== 'object' || options === null) return false;
    // Getters of an instance are not among its keys, and a list has other keys.
    if (options['constructor'] !== Object && Object.getPrototypeOf(options) !== null) return false;
    const recent = this.#recent;
    let at = 0;
    for (const key in options) {
      let known = recent[at];
      if (known === undefined || known.name !== key) {
        known = this.#all.get(key);
        if (known === undefined) {
          if (this.#open) continue;
          return false;
        }
        recent[at] = known;
      }
      at++;
      if (!isRight(known, options[key])) return false;
    }
    for (const name of this.#allNeeded) if (options[name] === undefined) return false;
    return true;
  }

  /** Throws the error for the first invalid option, if there is one. */
  #refuse(options: unknown, of: string): void {
    const given = optionsIn(options, of);
    const names = [...this.#all.keys()];
    if (!this.#open)
      for (const key of keysOf(given, of)) if (!this.#all.has(key)) throw unknownOption(of, key, names, this.#remedy);
    for (const [key, known] of this.#all) {
      const value = valueOf(given, key, of);
      if (value === undefined && this.#allNeeded.includes(key)) throw missingOption(of, key);
      if (!isRight(known, value)) throw badValue(of, key, value, known.entry);
    }
  }
}

type Options = Readonly<Record<string, unknown>>;

function isRight({ entry, glance }: Known, value: unknown): boolean {
  return value === undefined || glance(value) || accepts(entry, value);
}

function anything(name: string): Known {
  return { name, entry: v.unknown(), glance: () => true };
}

function knownIn(entries: Readonly<Record<string, v.GenericSchema>>): Map<string, Known> {
  return new Map(Object.entries(entries).map(([name, entry]) => [name, { name, entry, glance: glanceOf(entry) }]));
}
