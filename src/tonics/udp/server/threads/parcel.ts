import type { Sendable } from '../../../socket-tonic.js';

/** What a parcel tells of a peer, or of all. */
export const Kind = {
  /** To a thread: somebody new, by a text: where its socket is bound, and where it is itself. */
  peer: 1,
  /** A datagram of it, or to it. */
  data: 2,
  /** To a thread: its session ends, for a reason of {@link ENDS}. */
  ends: 3,
  /** To a thread: nothing waits to leave any more. */
  settled: 4,
  /** From a thread: it hears no more; its address may be another's. */
  over: 5,
  /** From a thread: its session has finished, and nothing more comes of it. */
  gone: 6,
  /** From a thread: nothing has come of it for too long, when so many datagrams had come. */
  idle: 7,
  /** From a thread: somebody waits for {@link Kind.settled}. */
  owed: 8,
  /** From a thread: it has loaded the protocol, and takes what comes. */
  ready: 9,
} as const;
type Kind = (typeof Kind)[keyof typeof Kind];

/** Why the server ends a session, by the number that a parcel has. */
export const ENDS = ['idle', 'replaced'] as const;

/** Its kind and its length, and its peer: 32 bits each. */
const HEAD = 8;
/** One that is as large leaves before the turn has ended. */
const FULL = 65_536;

/**
 * What one thread tells another of peers and their datagrams: one word after the other in one piece of memory, since to send that
 * costs the same however many there are.
 */
export class Parcel {
  #bytes = new Uint8Array(4_096);
  #buffer = Buffer.from(this.#bytes.buffer);
  #size = 0;

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  get isFull(): boolean {
    return this.#size >= FULL;
  }

  /** @param size of the data. */
  put(kind: Kind, number: number, data: Sendable = '', size = 0): void {
    this.#makeRoom(HEAD + size);
    this.#buffer.writeUInt32LE(((kind << 24) | size) >>> 0, this.#size);
    this.#buffer.writeUInt32LE(number, this.#size + 4);
    this.#size += HEAD;
    this.#write(data);
  }

  putText(kind: Kind, number: number, text: string): void {
    this.put(kind, number, text, Buffer.byteLength(text));
  }

  /** A view of all of it, until something is put again: then it is empty. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#size);
    this.#size = 0;
    return taken;
  }

  /** Nobody is told of it. */
  drop(): void {
    this.#size = 0;
  }

  #write(data: Sendable): void {
    if (typeof data === 'string') this.#size += this.#buffer.write(data, this.#size);
    else if (data instanceof Uint8Array) {
      this.#bytes.set(data, this.#size);
      this.#size += data.length;
    } else for (const part of data) this.#write(part);
  }

  #makeRoom(more: number): void {
    if (this.#size + more <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#size + more));
    larger.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = larger;
    this.#buffer = Buffer.from(larger.buffer);
  }
}

/** Reads a parcel that has come, word by word. */
export class ParcelReader {
  kind: number = 0;
  number = 0;
  /** A view of what has come. */
  data: Buffer = EMPTY;
  readonly #buffer: Buffer;
  #at = 0;

  constructor({ buffer, byteOffset, length }: Uint8Array) {
    this.#buffer = Buffer.from(buffer as ArrayBuffer, byteOffset, length);
  }

  /** Whether there is one more. */
  next(): boolean {
    if (this.#at >= this.#buffer.length) return false;
    const head = this.#buffer.readUInt32LE(this.#at);
    this.kind = head >>> 24;
    this.number = this.#buffer.readUInt32LE(this.#at + 4);
    this.#at += HEAD;
    this.data = this.#buffer.subarray(this.#at, (this.#at += head & 0xff_ff_ff));
    return true;
  }
}
const EMPTY = Buffer.alloc(0);
