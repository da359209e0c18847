import type { SocketOffer } from '../../core/socket-handover.js';

// What the two processes of an upgrade say to each other over the channel that Node puts between a process and its child:
//
//   old process                         new process
//        <-------- hello ---------------
//        --------- sockets ------------>   it starts: what listens at one of these places waits for its socket
//        <-------- waits (any number) --
//        <-------- ready, or failed ----
//        --------- socket, with it ---->   for each
//        --------- all ---------------->
//        <-------- taken ---------------   from here on the old process accepts nothing and drains

/** This field distinguishes these messages from those of the app. */
const MARK = 'tasktonicUpgrade';

/** The messages of the new process. */
export type OfSuccessor =
  | { readonly [MARK]: 'hello' | 'ready' | 'taken' }
  /** What it waits for before it is ready, as a text. */
  | { readonly [MARK]: 'waits' | 'failed'; readonly what: string };

/** The messages of the old process; a handle is sent with `socket`. */
export type OfPredecessor =
  | { readonly [MARK]: 'sockets'; readonly sockets: readonly SocketOffer[] }
  | { readonly [MARK]: 'socket'; readonly id: number }
  | { readonly [MARK]: 'all' };

/** The environment variable with the id of the process that a new process replaces. */
export const REPLACES = 'TASKTONIC_REPLACES';

/** The kind of a message; `undefined` for a message of the app. */
export function kindOf<M extends OfSuccessor | OfPredecessor>(message: unknown): M[typeof MARK] | undefined {
  return typeof message === 'object' && message !== null ? (message as Partial<M>)[MARK] : undefined;
}

export function saying<K extends string, D extends object = object>(kind: K, details?: D) {
  return { [MARK]: kind, ...details } as { readonly [MARK]: K } & D;
}
