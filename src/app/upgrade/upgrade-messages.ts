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

/** By this field these messages are told from those of the app. */
const MARK = 'tasktonicUpgrade';

/** What the new process says. */
export type OfSuccessor =
  | { readonly [MARK]: 'hello' | 'ready' | 'taken' }
  /** For what it waits before it is ready, in words. */
  | { readonly [MARK]: 'waits' | 'failed'; readonly what: string };

/** What the old process says; with `socket` comes a handle. */
export type OfPredecessor =
  | { readonly [MARK]: 'sockets'; readonly sockets: readonly SocketOffer[] }
  | { readonly [MARK]: 'socket'; readonly id: number }
  | { readonly [MARK]: 'all' };

/** The environment variable that tells a process whom it is to replace: its number. */
export const REPLACES = 'TASKTONIC_REPLACES';

/** Which message it is; `undefined` where it is one of the app's own. */
export function kindOf<M extends OfSuccessor | OfPredecessor>(message: unknown): M[typeof MARK] | undefined {
  return typeof message === 'object' && message !== null ? (message as Partial<M>)[MARK] : undefined;
}

export function saying<K extends string, D extends object = object>(kind: K, details?: D) {
  return { [MARK]: kind, ...details } as { readonly [MARK]: K } & D;
}
