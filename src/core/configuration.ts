import { type Origin, noOrigin, originOf } from './configuration-origins.js';
import { fail } from './errors.js';
import { flagOf, numberOf } from './schema-parts.js';
import { type Path, isSecret, membersOf, shown, valueAt } from './configuration-tree.js';

/** The type of what stands at a path such as `server/port`; `unknown` where the type of the whole does not say. */
export type ValueAt<Data, P extends string> = P extends `${infer Head}/${infer Rest}`
  ? Head extends keyof Data
    ? ValueAt<NonNullable<Data[Head]>, Rest> | (undefined extends Data[Head] ? undefined : never)
    : unknown
  : P extends keyof Data
    ? Data[P]
    : unknown;

const FROM_CODE = 'creatingFormula()';
const FROM_DEFAULT = 'a default';

/**
 * The configuration of an app, read by path: `config.number('server/port')`. A Tonic has it as `this.config`, in threads too;
 * {@link ConfigurationOf} gives it types.
 */
export class Configuration {
  /** All of it. What came with no schema from the environment or the command line is text. */
  readonly data: Readonly<Record<string, unknown>>;
  /** @internal */ readonly _origin: Origin;
  /** @internal What code gave, so that defaults can be told from it. */
  readonly _code: Readonly<Record<string, unknown>>;

  /** @internal */
  constructor(
    data: Readonly<Record<string, unknown>> = {},
    origin: Origin = noOrigin(),
    code: Readonly<Record<string, unknown>> = data,
  ) {
    this.data = data;
    this._origin = origin;
    this._code = code;
  }

  /** The value at a path such as `log/default` or `start/0/tonic`; `undefined` where there is none. */
  get(path: string): unknown {
    return valueAt(this.data, split(path));
  }

  /**
   * A number. A text that is one (from the environment, where no schema speaks of it) is read as such.
   *
   * @param fallback what it is where nothing stands there.
   * @throws {TaskTonicError} `TT_BAD_CONFIGURATION` where it is none, or nothing stands there and no fallback is given.
   */
  number(path: string, fallback?: number): number {
    return this.#read(path, fallback, 'a number', (value) => {
      if (typeof value === 'string') return numberOf(value);
      return typeof value === 'number' && !Number.isNaN(value) ? value : undefined;
    });
  }

  /** A text; as {@link number}. */
  string(path: string, fallback?: string): string {
    return this.#read(path, fallback, 'a text', (value) => (typeof value === 'string' ? value : undefined));
  }

  /** `true` or `false`; texts such as `yes`, `off` and `0` are read as such. As {@link number}. */
  boolean(path: string, fallback?: boolean): boolean {
    return this.#read(path, fallback, 'true or false', (value) => {
      if (typeof value === 'string') return flagOf(value);
      return typeof value === 'boolean' ? value : undefined;
    });
  }

  /**
   * Where a value came from: `the environment variable APP_LOG__DEFAULT`, `app.json:3:5`, `creatingFormula()`, `a default`; of a
   * section all of them. `undefined` where nothing stands there.
   */
  source(path: string): string | undefined {
    const keys = split(path);
    const value = valueAt(this.data, keys);
    return value === undefined ? undefined : [...new Set(this.#sourcesOf(value, keys))].join(', ');
  }

  /** Each value with where it came from, a line each, to be printed: `log/default = "full" (app.json:3:5)`. Secrets are masked. */
  dump(): string {
    const lines: string[] = [];
    const add = (value: unknown, path: Path, above: readonly unknown[]): void => {
      const members = isSecret(path) || above.includes(value) ? [] : membersOf(value);
      for (const [key, member] of members) add(member, [...path, key], [...above, value]);
      if (members.length > 0 || value === undefined || path.length === 0) return;
      lines.push(`${path.join('/')} = ${shown(value, path)} (${this.#sourceOf(path)})`);
    };
    add(this.data, [], []);
    return lines.join('\n');
  }

  /** @internal The same with further sections, which come from the framework itself. */
  with(sections: Readonly<Record<string, unknown>>): Configuration {
    return new Configuration({ ...this.data, ...sections }, this._origin, this._code);
  }

  #read<T>(path: string, fallback: T | undefined, kind: string, read: (value: unknown) => T | undefined): T {
    const keys = split(path);
    const value = valueAt(this.data, keys);
    const found = value === undefined ? fallback : read(value);
    if (found !== undefined) return found;
    const is = value === undefined ? 'is not there' : `is ${shown(value, keys)} (from ${this.#sourceOf(keys)})`;
    throw fail('TT_BAD_CONFIGURATION', { problems: `${path} ${is}: it must be ${kind}` });
  }

  #sourcesOf(value: unknown, path: Path, above: readonly unknown[] = []): string[] {
    const members = above.includes(value) ? [] : membersOf(value).filter(([, member]) => member !== undefined);
    if (members.length === 0) return [this.#sourceOf(path)];
    return members.flatMap(([key, member]) => this.#sourcesOf(member, [...path, key], [...above, value]));
  }

  /** A value may have come as a part of another one, such as a list in the environment. */
  #sourceOf(path: Path): string {
    return originOf(this._origin, path) ?? (valueAt(this._code, path) === undefined ? FROM_DEFAULT : FROM_CODE);
  }
}

/**
 * A configuration whose paths have types. A Tonic declares what its app's schema makes:
 * `declare readonly config: ConfigurationOf<v.InferOutput<typeof settings>>`.
 *
 * @typeParam Data what it holds, as an object of objects.
 */
export interface ConfigurationOf<Data> extends Configuration {
  get<const P extends string>(path: P): ValueAt<Data, P>;
}

function split(path: string): Path {
  return path.split('/');
}
