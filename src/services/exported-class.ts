import { fail } from '../core/errors.js';

/**
 * The class with a name among the exports of a module. It may be exported under another name.
 *
 * @param isIt whether a class with the name is of the wanted kind.
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
