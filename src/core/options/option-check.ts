import * as v from 'valibot';
import { glanceOf } from './option-glance.js';
import { badValue, missingOption, unknownOption } from './option-problem.js';
import { type OptionSet, accepts, isNeeded, keysOf, optionsIn, valueOf } from './option-schema.js';
import { alternatives, isClosed, namesIn, partsOf } from './schema-parts.js';

/** An option as the check sees it. */
interface Known {
  readonly name: string;
  readonly entry: v.GenericSchema;
  /** Whether a value is seen to be right at once; where not, it has to be looked at with care. */
  readonly glance: (value: unknown) => boolean;
}

/**
 * The check of a set of options that comes ten thousand times a second: of timers, of Tonics. What is given is looked at, and nothing is
 * made; most right values are known at a glance.
 */
export class OptionCheck {
  /** Made when the first options come: each start has some thirty sets, and uses a few. */
  readonly #describe: () => ReadonlyMap<string, Known>;
  #known: ReadonlyMap<string, Known> | undefined;
  #needed: readonly string[] | undefined;
  /** Whether what is not described is let through: a class of a user's may say so. */
  readonly #open: boolean;
  /** What else is said of an option that nobody knows. */
  readonly #remedy: string;
  /** The options that were given last, in their order: mostly the next ones are the same, and a map costs more than a comparison. */
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
   * The same for a class of a user's, with the options that it adds. None of them is needed here: the class may have kept it to itself.
   *
   * @param remedy what is said besides of an option that nobody knows.
   */
  extended(schema: v.GenericSchema | undefined, remedy: string): OptionCheck {
    if (schema === undefined) return new OptionCheck(() => this.#all, this.#allNeeded, this.#open, remedy);
    const described = alternatives(schema);
    // Where it is one thing or another, an option has no description of its own, but a name.
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
   * @param of what they are the options of, for the error: a name, or what has one.
   * @throws {TaskTonicError} `TT_BAD_OPTION`
   */
  check(options: unknown, of: string | { readonly name: string }): void {
    try {
      if (this.#isRight(options as Options)) return;
    } catch {
      // A getter or a proxy threw: it is read once more, with care.
    }
    this.#refuse(options, typeof of === 'string' ? of : of.name);
  }

  /** What is right is known without more than a look at each value. */
  #isRight(options: Options | null | undefined): boolean {
    if (typeof options !== 'object' || options === null) return false;
    // An instance of a class may have getters, which are no keys of it; a list has none at all.
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

  /** Tells the first thing that is wrong, if anything is. */
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
