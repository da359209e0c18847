// What a page and a server say to each other about a Store, as JSON. See "What is sent" in docs/use/store-in-the-browser.md.

/** What they speak, as the handshake of the WebSocket says it. */
export const SUBPROTOCOL = 'tasktonic.store.1';

/** A path and its value as it is sent; a path alone has no value. */
export type WirePair = readonly [path: string, value?: unknown];

/** A batch with its number. */
export type WireBatch = readonly [id: number, pairs: readonly WirePair[]];

/** What a page says. */
export type PageMessage =
  | { readonly follow: readonly string[]; readonly id: number }
  | { readonly set: readonly WireBatch[] }
  | { readonly ping: number };

/** What a server says. */
export type ServerMessage =
  | { readonly all: readonly WirePair[]; readonly id: number }
  | { readonly changes: readonly WirePair[]; readonly anew?: readonly string[] }
  | { readonly done: number }
  | { readonly refused: number; readonly code: string; readonly message: string }
  | { readonly refusedFollow: number; readonly code: string; readonly message: string }
  | { readonly pong: number };
