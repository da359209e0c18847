/** A WebSocket, as far as it is used. */
export interface SocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  onerror: ((event: never) => void) | null;
  readonly bufferedAmount: number;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

/** What a client takes from where it runs; a test gives its own. */
export interface StoreClientHost {
  readonly connect: (url: string, subprotocol: string) => SocketLike;
  /** Calls back after so many ms. @returns what calls that off. */
  readonly after: (ms: number, callback: () => void) => () => void;
  /** 0 to 1. */
  readonly chance: () => number;
}

type SocketClass = new (url: string, subprotocol: string) => SocketLike;

/** The browser, or what is like one. */
export const here: StoreClientHost = {
  connect: (url, subprotocol) => new (globalThis as unknown as { WebSocket: SocketClass }).WebSocket(url, subprotocol),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  chance: () => Math.random(),
};

/** Where it is to connect: `http` means `ws`, and a path alone is one of the page's own server. */
export function addressOf(url: string | URL): string {
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  return new URL(url, location?.href).href.replace(/^http/, 'ws');
}
