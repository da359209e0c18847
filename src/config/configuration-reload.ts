import type * as v from 'valibot';
import { nodeUtil } from '../core/lazy-node.js';
import { type Path, isPlainObject, valueAt, withValueAt } from '../core/options/data-tree.js';
import { alternatives, childOf, childrenOf, hasMark } from '../core/options/schema-parts.js';
import type { ChangedValue } from '../core/configuration.js';
import type { AppConfiguration } from './app-configuration.js';
import { copyOfOrigin, originAt, originOf, setOrigin } from './configuration-origins.js';
import { frameworkSchema } from './configuration-schema.js';

/** The result of reading a configuration again. */
export interface Reload {
  /** The new configuration. */
  readonly config: AppConfiguration;
  /** The changed values. */
  readonly changes: readonly ChangedValue[];
  /** Values that differ, but may not change while the app runs. */
  readonly kept: readonly string[];
}

/**
 * Applies the changes that are allowed to the present configuration. The result is checked again: new values may be
 * invalid together with old values that may not change yet.
 *
 * @param check checks the values; throws if they are invalid.
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

/** The paths at which two trees differ: objects are compared member by member, lists as a whole. */
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

/** A value that is given explicitly now may equal an earlier default. */
function isSameAt(path: Path, before: unknown, after: unknown): boolean {
  const value = valueAt(before, path);
  return value !== undefined && nodeUtil().isDeepStrictEqual(value, valueAt(after, path));
}

/** Whether a value may change: for settings of the framework, it decides; for others, the schema of the app. */
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
