import type { Writable } from 'node:stream';
import { createRequire } from 'node:module';
import { fail } from '../../core/errors.js';

/** Reads the frames of a connection: it is written to, and emits `message`, `ping`, `pong` and `conclude`. */
export interface Receiver extends Writable {
  on(event: 'message', heard: (data: Buffer, isBinary: boolean) => void): this;
  on(event: 'ping' | 'pong', heard: (data: Buffer) => void): this;
  on(event: 'conclude', heard: (code: number, reason: Buffer) => void): this;
  on(event: string, heard: (...args: never[]) => void): this;
}

export interface ReceiverOptions {
  readonly isServer: boolean;
  readonly maxPayload: number;
  readonly extensions: Extensions;
}

/** How a frame is encoded. */
export interface FrameOptions {
  readonly fin: boolean;
  readonly rsv1: boolean;
  readonly opcode: number;
  readonly mask: boolean;
  /** Whether the given buffer must not be changed. */
  readonly readOnly: boolean;
}

/** The socket that a sender writes to. */
export interface SenderSocket {
  readonly destroyed: boolean;
  cork(): void;
  uncork(): void;
  write(data: Uint8Array | string, done?: (error?: Error) => void): void;
}

/** Compresses messages, and writes their frames in order. */
export interface Sender {
  send(
    data: string | Uint8Array,
    options: { readonly binary: boolean; readonly compress: boolean; readonly fin: boolean; readonly mask: boolean },
    done: (error?: Error) => void,
  ): void;
  close(code: number | undefined, data: string, mask: boolean, done: (error?: Error) => void): void;
  ping(data: Uint8Array, mask: boolean, done?: (error?: Error) => void): void;
  pong(data: Uint8Array, mask: boolean, done?: (error?: Error) => void): void;
}

/** The agreed extensions of a connection, by name. */
export type Extensions = Readonly<Record<string, PerMessageDeflate>>;

/** A parsed header of extensions: the offers of each, with their parameters. */
export type ExtensionOffers = Record<string, readonly object[] | undefined>;

/** Compresses and decompresses, with the agreed parameters. */
export interface PerMessageDeflate {
  readonly params: object;
  accept(offers: readonly object[]): void;
  offer(): object;
  cleanup(): void;
}

/** The used exports of the package ws. */
export interface Ws {
  readonly Receiver: new (options: ReceiverOptions) => Receiver;
  readonly Sender: {
    new (socket: SenderSocket, extensions: Extensions): Sender;
    frame(data: Uint8Array | string, options: FrameOptions): (Uint8Array | string)[];
  };
  readonly PerMessageDeflate: {
    new (options: object): PerMessageDeflate;
    readonly extensionName: string;
  };
  readonly extension: { parse(header: string): ExtensionOffers; format(extensions: object): string };
  readonly subprotocol: { parse(header: string): ReadonlySet<string> };
}

let loaded: Ws | undefined;

/**
 * Loads ws, only when WebSockets are used.
 *
 * @param what the feature that needs it, for the error.
 * @param here the module from which the package is resolved.
 * @throws {TaskTonicError} `TT_NEEDS_PACKAGE`
 */
export function loadWs(what: string, here: string = import.meta.url): Ws {
  if (loaded !== undefined && here === import.meta.url) return loaded;
  try {
    return (loaded = createRequire(here)('ws') as Ws);
  } catch (thrown) {
    throw fail('TT_NEEDS_PACKAGE', { what, package: 'ws' }, thrown);
  }
}
