import type { ChangedValue, Configuration } from '../core/configuration.js';
import { type Origin, copyOfOrigin, noOrigin, originOf, setOrigin } from './configuration-origins.js';
import { IN_CODE } from './configuration-problems.js';
import { fail } from '../core/errors.js';
import { flagOf, numberOf } from '../core/options/schema-parts.js';
import { type Path, isSecret, membersOf, shown, valueAt, withValueAt } from '../core/options/data-tree.js';

const FROM_DEFAULT = 'a default';

/** A configuration that knows the source of each value. */
export class AppConfiguration implements Configuration {
  /** All of it. What came with no schema from the environment or the command line is text. */
  readonly data: Readonly<Record<string, unknown>>;
  /** @internal */ readonly _origin: Origin;
  /** @internal All that was given, as it was before the schemas filled in and changed it. */
  readonly _given: unknown;
  /** @internal The values from code, to tell defaults from them. */
  readonly _code: Readonly<Record<string, unknown>>;

  /** @internal */
  constructor(
    data: Readonly<Record<string, unknown>> = {},
    origin: Origin = noOrigin(),
    code: Readonly<Record<string, unknown>> = data,
    given: unknown = data,
  ) {
    this.data = data;
    this._origin = origin;
    this._code = code;
    this._given = given;
  }

  get(path: string): unknown {
    return valueAt(this.data, split(path));
  }

  number(path: string, fallback?: number): number {
    return this.#read(path, fallback, 'a number', (value) => {
      if (typeof value === 'string') return numberOf(value);
      return typeof value === 'number' && !Number.isNaN(value) ? value : undefined;
    });
  }

  string(path: string, fallback?: string): string {
    return this.#read(path, fallback, 'a text', (value) => (typeof value === 'string' ? value : undefined));
  }

  boolean(path: string, fallback?: boolean): boolean {
    return this.#read(path, fallback, 'true or false', (value) => {
      if (typeof value === 'string') return flagOf(value);
      return typeof value === 'boolean' ? value : undefined;
    });
  }

  source(path: string): string | undefined {
    const keys = split(path);
    const value = valueAt(this.data, keys);
    return value === undefined ? undefined : [...new Set(this.#sourcesOf(value, keys))].join(', ');
  }

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

  /** @internal The configuration with further sections of the framework. */
  with(sections: Readonly<Record<string, unknown>>): AppConfiguration {
    return new AppConfiguration({ ...this.data, ...sections }, this._origin, this._code, this._given);
  }

  /** @internal */
  changed(changes: readonly ChangedValue[]): AppConfiguration {
    const origin = copyOfOrigin(this._origin);
    let data: unknown = this.data;
    for (const { path, value, from } of changes) {
      data = withValueAt(data, path, value, () => false);
      setOrigin(origin, path, noOrigin(from));
    }
    return new AppConfiguration(data as Readonly<Record<string, unknown>>, origin, this._code, this._given);
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

  /** The value may have come as a part of another one, such as a list in the environment. */
  #sourceOf(path: Path): string {
    return originOf(this._origin, path) ?? (valueAt(this._code, path) === undefined ? FROM_DEFAULT : IN_CODE);
  }
}

function split(path: string): Path {
  return path.split('/');
}
