import { filled } from './filled.js';
import { isError, plain, plainText } from '../core/plain.js';

/** Fields that the framework writes. */
const OURS = new Set([
  'level', 'time', 'msg', 'tonic', 'id', 'thread', 'lane', 'state', 'to', 'sparkle', 'ms', 'from', 'fromSparkle', 'slow', 'life', 'infused',
  'probes', 'markers', 'flags', 'lines', 'leftOut', 'fields',
]); // prettier-ignore

/** A line of the user: its fields, and its text if it has one. */
export interface UserLine {
  readonly fields: object;
  readonly message: string | undefined;
}

/**
 * Makes a line from the arguments of a user. A field with a reserved name is put below `fields`, so that it overwrites
 * nothing and is not lost.
 */
export function userLine(what: unknown, values: readonly unknown[]): UserLine {
  const given = plain(what);
  if (typeof given !== 'object' || given === null) return { fields: {}, message: filled(plainText(given), values) };
  const [text, ...more] = values;
  const message = values.length === 0 ? undefined : filled(plainText(text), more);
  if (isError(what)) return { fields: { err: given }, message: message ?? (given as Error).message };
  if (Array.isArray(given)) return { fields: { list: given }, message };
  const { msg, ...others } = given as { readonly msg?: unknown };
  return message === undefined && typeof msg === 'string'
    ? { fields: renamed(others), message: msg }
    : { fields: renamed(given), message };
}

function renamed(given: object): object {
  const ours = Object.entries(given).filter(([name]) => OURS.has(name));
  if (ours.length === 0) return given;
  const others = Object.entries(given).filter(([name]) => !OURS.has(name));
  return { ...Object.fromEntries(others), fields: Object.fromEntries(ours) };
}
