import { badOption } from '../../../core/options/option-problem.js';

/** The protocol's class, which the threads of a server load. */
export interface LoadableProtocol {
  readonly name: string;
  readonly module: string;
}

/**
 * What of a server's options its threads would have to be given, and cannot.
 *
 * @param base what its protocols extend.
 * @throws {TaskTonicError} `TT_BAD_OPTION` where a thread could not load the protocol.
 */
export function checkLoadable(
  { protocol, framing }: { readonly protocol?: unknown; readonly framing?: unknown },
  className: string,
  base: string,
): void {
  if (framing !== undefined) {
    const problem = `with "catalysts" it cannot be passed to threads: give it to the protocol, with ${base}.with({ framing })`;
    throw badOption(className, 'framing', problem);
  }
  if (isLoadable(protocol)) return;
  const problem =
    'with "catalysts" its threads load it: give an exported class with "static readonly module = import.meta.url"';
  throw badOption(className, 'protocol', problem);
}

/** Whether a thread can load it: a class that says where it is. */
function isLoadable(protocol: unknown): protocol is LoadableProtocol {
  const { module } = (protocol ?? {}) as { readonly module?: unknown };
  return typeof protocol === 'function' && Object.hasOwn(protocol, 'module') && typeof module === 'string';
}
