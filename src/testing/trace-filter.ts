import * as v from 'valibot';
import { checkOption } from '../core/options/option-schema.js';
import { classIn } from './short-list.js';
import type { TraceEntry } from './trace.js';

/**
 * Which entries of a trace are shown: those of a Tonic, or of several, by name or id (`'door'`, `3`), or those that a function says yes to.
 * A Tonic that was given no name is known by that of its class, too.
 */
export type TraceFilter = string | number | readonly (string | number)[] | ((entry: TraceEntry) => boolean);

const nameOrId = v.union([v.string(), v.number()]);
const namesOrIds = v.union(
  [nameOrId, v.array(nameOrId)],
  'must be the name or id of a Tonic, a list of them, or a function',
);

/**
 * What asks of an entry whether it is shown.
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function filterOf(which: TraceFilter | undefined): (entry: TraceEntry) => boolean {
  if (which === undefined) return () => true;
  if (typeof which === 'function') return which;
  checkOption(namesOrIds, which, 'the Distiller', 'print()');
  const wanted: readonly unknown[] = Array.isArray(which) ? which : [which];
  return ({ id, tonic }) => [id, tonic, classIn(tonic) ?? tonic].some((one) => wanted.includes(one));
}
