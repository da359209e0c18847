import type { Extensions, Sender, SenderSocket, Ws } from './load-ws.js';

/** What the sender of compressed messages needs. */
export interface DeflateOwner {
  /** Writes a frame, also when no more messages are taken. */
  writeFrame(parts: readonly Uint8Array[], size: number): void;
  /** This many bytes were compressed, and their frame was written. */
  deflated(): void;
}

/**
 * The messages of a WebSocket with compression. The package ws compresses one after the other, and writes their frames
 * in order. Messages that wait for it count as unsent.
 */
export class DeflatedSends implements SenderSocket {
  /** The bytes of messages that wait or are being compressed. */
  bytes = 0;
  /** It takes no more messages. */
  destroyed = false;
  readonly #owner: DeflateOwner;
  readonly #sender: Sender;
  readonly #threshold: number;
  readonly #mask: boolean;
  #parts: Uint8Array[] = [];
  #corked = 0;

  constructor(
    owner: DeflateOwner,
    ws: Ws,
    {
      extensions,
      threshold,
      isServer,
    }: { readonly extensions: Extensions; readonly threshold: number; readonly isServer: boolean },
  ) {
    this.#owner = owner;
    this.#sender = new ws.Sender(this, extensions);
    this.#threshold = threshold;
    this.#mask = !isServer;
  }

  send(kind: 'text' | 'bytes', payload: Uint8Array): void {
    const size = payload.length;
    this.bytes += size;
    const options = { binary: kind === 'bytes', compress: size >= this.#threshold, fin: true, mask: this.#mask };
    this.#sender.send(payload, options, () => {
      this.bytes -= size;
      this.#owner.deflated();
    });
  }

  pong(data: Uint8Array): void {
    this.#sender.pong(data, this.#mask);
  }

  ping(): void {
    this.#sender.ping(NOTHING, this.#mask);
  }

  /** Closes after all earlier messages. */
  close(code: number | undefined, reason: string, done: () => void): void {
    this.#sender.close(code, reason, this.#mask, done);
  }

  stop(): undefined {
    this.destroyed = true;
    return undefined;
  }

  // ---- What the sender of ws needs of its socket ----

  cork(): void {
    this.#corked++;
  }

  uncork(): void {
    this.#corked--;
    if (this.#corked > 0) return;
    const parts = this.#parts;
    this.#parts = [];
    this.#leave(parts);
  }

  write(data: Uint8Array | string, done?: (error?: Error) => void): void {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    if (this.#corked > 0) this.#parts.push(bytes);
    else this.#leave([bytes]);
    done?.();
  }

  #leave(parts: readonly Uint8Array[]): void {
    const size = parts.reduce((sum, { length }) => sum + length, 0);
    if (size > 0) this.#owner.writeFrame(parts, size);
  }
}

const NOTHING = Buffer.alloc(0);
