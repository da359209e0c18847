import { textOf } from './leaves.js';
import type { ErrorRef } from './refs.js';

/** The ref for an error. Its fields are packed later. */
export function errorRef(error: Error): ErrorRef {
  return {
    kind: 'error',
    name: textOf(() => error.name),
    message: textOf(() => error.message),
    stack: stackOf(error),
    fields: {},
    shown: 0,
  };
}

function stackOf(error: Error): string | undefined {
  try {
    return error.stack === undefined ? undefined : String(error.stack);
  } catch {
    return undefined;
  }
}

/** The names of its other fields: the enumerable ones, and the others. */
export function fieldsOf(error: Error): { readonly shown: readonly string[]; readonly hidden: readonly string[] } {
  const shown = Object.keys(error).filter((key) => key !== 'name' && key !== 'message' && key !== 'stack');
  return { shown, hidden: ['code', 'errors', 'cause'].filter((key) => key in error && !shown.includes(key)) };
}
