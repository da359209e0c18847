import { fail } from '../core/errors.js';
import { classIn } from './in-few-words.js';
import type { TraceEntry } from './trace.js';

/**
 * Which entries of a trace are shown: those of a Tonic, or of several, by name or id (`'door'`, `3`), or those that a function says yes to.
 * A Tonic that was given no name is known by that of its class, too.
 */
export type TraceFilter = string | number | readonly (string | number)[] | ((entry: TraceEntry) => boolean);

/**
 * What asks of an entry whether it is shown.
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function filterOf(which: TraceFilter | undefined): (entry: TraceEntry) => boolean {
  if (which === undefined) return () => true;
  if (typeof which === 'function') return which;
  const wanted: readonly unknown[] = Array.isArray(which) ? which : [which];
  if (!wanted.every((one) => typeof one === 'string' || typeof one === 'number')) {
    const problem = 'it must be the name or id of a Tonic, a list of them, or a function';
    throw fail('TT_BAD_OPTION', { class: 'the Distiller', option: 'print()', problem });
  }
  return ({ id, tonic }) => [id, tonic, classIn(tonic) ?? tonic].some((one) => wanted.includes(one));
}
