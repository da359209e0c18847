import { fail } from '../core/errors.js';

/**
 * The class of that name among what a module exports, under that name or another.
 *
 * @param isIt whether a class with the name is the kind that is looked for.
 * @throws {TaskTonicError} `TT_NOT_IN_MODULE`
 */
export function exportedClass(
  exports: Readonly<Record<string, unknown>>,
  className: string,
  module: string,
  isIt: (found: { readonly prototype: unknown }) => boolean,
): unknown {
  const found = [exports[className], ...Object.values(exports)].find(
    (value) => typeof value === 'function' && value.name === className && isIt(value),
  );
  if (found === undefined) throw fail('TT_NOT_IN_MODULE', { class: className, module });
  return found;
}
