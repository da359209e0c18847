import * as v from 'valibot';
import { TaskTonicError } from './errors.js';
import { glanceOf } from './option-glance.js';
import { badValue, missingOption, unknownOption, unreadable } from './option-problem.js';
import { type OptionSet, accepts, isNeeded, optionsIn, valueOf } from './option-schema.js';
import { alternatives, isClosed, namesIn, partsOf } from './schema-parts.js';

/** An option as the check sees it. */
interface Known {
  readonly entry: v.GenericSchema;
  /** Whether a value is seen to be right at once; where not, it has to be looked at with care. */
  readonly glance: (value: unknown) => boolean;
}

/**
 * The check of a set of options that comes ten thousand times a second: of timers, of Tonics. What is given is looked at, and nothing is
 * made; most right values are known at a glance.
 */
export class OptionCheck {
  readonly #known: ReadonlyMap<string, Known>;
  readonly #needed: readonly string[];
  /** Whether what is not described is let through: a class of a user's may say so. */
  readonly #open: boolean;

  private constructor(known: ReadonlyMap<string, Known>, needed: readonly string[], open: boolean) {
    this.#known = known;
    this.#needed = needed;
    this.#open = open;
  }

  static of({ entries }: OptionSet): OptionCheck {
    const known = knownIn(entries);
    const needed = [...known].filter(([, { entry }]) => isNeeded(entry)).map(([name]) => name);
    return new OptionCheck(known, needed, false);
  }

  /**
   * The same with the options that a user's class adds. None of them is needed here: the class may have kept it to itself.
   */
  with(schema: v.GenericSchema): OptionCheck {
    const described = alternatives(schema);
    // Where it is one thing or another, an option has no description of its own, but a name.
    const names = namesIn(described).map((name) => [name, ANYTHING] as const);
    const own = described.length === 1 ? knownIn(partsOf(described[0]!).entries ?? {}) : [];
    return new OptionCheck(
      new Map([...names, ...own, ...this.#known]),
      this.#needed,
      this.#open || !isClosed(described),
    );
  }

  /**
   * @param of what they are the options of, for the error.
   * @param remedy what else is said of an option that nobody knows.
   * @throws {TaskTonicError} `TT_BAD_OPTION`
   */
  check(options: unknown, of: string, remedy?: (of: string) => string): void {
    const given = optionsIn(options, of) as Readonly<Record<string, unknown>>;
    try {
      for (const key in given) {
        const known = this.#known.get(key);
        if (known !== undefined) checkValue(known, given[key], of, key);
        else if (!this.#open) throw unknownOption(of, key, [...this.#known.keys()], remedy?.(of));
      }
      // An instance of a class may have getters, which are no keys of it.
      if (Object.getPrototypeOf(given) !== Object.prototype)
        for (const [key, known] of this.#known) checkValue(known, valueOf(given, key, of), of, key);
    } catch (thrown) {
      throw thrown instanceof TaskTonicError ? thrown : unreadable(of, '(all)', thrown);
    }
    for (const name of this.#needed) if (given[name] === undefined) throw missingOption(of, name);
  }
}

function checkValue({ entry, glance }: Known, value: unknown, of: string, key: string): void {
  if (value === undefined || glance(value) || accepts(entry, value)) return;
  throw badValue(of, key, value, entry);
}

const ANYTHING: Known = { entry: v.unknown(), glance: () => true };

function knownIn(entries: Readonly<Record<string, v.GenericSchema>>): Map<string, Known> {
  return new Map(Object.entries(entries).map(([name, entry]) => [name, { entry, glance: glanceOf(entry) }]));
}
