import type * as v from 'valibot';
import { nodeUtil } from '../core/lazy-node.js';
import { type Path, isPlainObject, valueAt, withValueAt } from '../core/options/data-tree.js';
import { alternatives, childOf, childrenOf, hasMark } from '../core/options/schema-parts.js';
import type { ChangedValue } from '../core/configuration.js';
import type { AppConfiguration } from './app-configuration.js';
import { copyOfOrigin, originAt, originOf, setOrigin } from './configuration-origins.js';
import { frameworkSchema } from './configuration-schema.js';

/** What a configuration that was read again comes to. */
export interface Reload {
  /** The one that holds from now on. */
  readonly config: AppConfiguration;
  /** What is another value than before. */
  readonly changes: readonly ChangedValue[];
  /** What differs and may not change while the app runs. */
  readonly kept: readonly string[];
}

/**
 * Lays what has changed, and may, over the configuration that holds. What is put together so is checked as a whole: values that were right
 * with others that may not change yet need not be right without them.
 *
 * @param check checks what was given; throws where it is not right.
 */
export function reloaded(
  now: AppConfiguration,
  read: AppConfiguration,
  schema: v.GenericSchema | undefined,
  check: (given: unknown, origin: AppConfiguration['_origin']) => AppConfiguration,
): Reload {
  const differ = [...differences(now._given, read._given)]
    .filter((path) => !isSameAt(path, now.data, read.data))
    .sort((a, b) => (a.join('/') < b.join('/') ? -1 : 1));
  const may = differ.filter((path) => mayChange(path, schema));
  const kept = differ
    .filter((path) => !may.includes(path))
    .map((path) => path.join('/'))
    .sort();
  if (may.length === 0) return { config: now, changes: [], kept };
  const origin = copyOfOrigin(now._origin);
  let given = now._given;
  for (const path of may) {
    given = withValueAt(given, path, valueAt(read._given, path), () => false);
    setOrigin(origin, path, originAt(read._origin, path));
  }
  const config = check(given, origin);
  const changes = may.map((path) => ({ path, value: valueAt(config.data, path), from: originOf(origin, path) }));
  return { config, changes, kept };
}

/** The paths at which two trees differ: objects are gone into, lists are values. */
function* differences(a: unknown, b: unknown, path: Path = []): Generator<Path> {
  if (a === b) return;
  const isSection = (one: unknown): boolean => one === undefined || isPlainObject(one);
  if (!isSection(a) || !isSection(b)) {
    if (!nodeUtil().isDeepStrictEqual(a, b)) yield path;
    return;
  }
  const names = new Set([a, b].flatMap((one) => Object.keys((one ?? {}) as object)));
  for (const name of names) yield* differences(valueAt(a, [name]), valueAt(b, [name]), [...path, name]);
}

/** What is given explicitly now may be what it was by default. */
function isSameAt(path: Path, before: unknown, after: unknown): boolean {
  const value = valueAt(before, path);
  return value !== undefined && nodeUtil().isDeepStrictEqual(value, valueAt(after, path));
}

/** Of what the framework knows, it says whether that may change; of all else, the app's own schema. */
function mayChange(path: Path, schema: v.GenericSchema | undefined): boolean {
  const ours = path.reduce<readonly v.GenericSchema[]>((above, key) => childrenOf(above, key), [frameworkSchema]);
  if (ours.length > 0) return isMarkedAlong(path, frameworkSchema);
  return schema !== undefined && isMarkedAlong(path, schema);
}

function isMarkedAlong([name, ...rest]: Path, schema: v.GenericSchema): boolean {
  if (hasMark(schema, 'reload')) return true;
  if (name === undefined) return false;
  return alternatives(schema).some((one) => {
    const child = childOf(one, name);
    return hasMark(one, 'reload') || (child !== undefined && isMarkedAlong(rest, child));
  });
}
