import { type TaskTonicError, fail } from '../../core/errors.js';
import { ByteDecoder } from '../../framing/byte-decoder.js';
import { POLICY, TOO_BIG, closeCodeOf } from './close-codes.js';
import type { Extensions, Receiver, Ws } from './load-ws.js';

/** A frame that is no part of a message: it is looked at in its turn, behind the messages before it. */
export interface Control {
  readonly kind: 'ping' | 'pong' | 'close';
  /** What it holds: of a close its reason. */
  readonly data: Buffer;
  /** Of a close. */
  readonly code: number;
}

/** A message, text or bytes; or a control frame. */
export type Item = string | Buffer | { readonly control: Control };

/** What the decoders of one path share. */
export interface MessageLimits {
  readonly name: string;
  /** The most bytes of a message. */
  readonly max: number;
  readonly isServer: boolean;
  readonly ws: Ws;
}

/** A message may come in so many frames at most: each costs more memory than its bytes. */
const MOST_FRAGMENTS = 16_384;

const FIN = 0x80;
const OPCODE = 0x0f;
const MASKED = 0x80;
const LENGTH = 0x7f;
/** The first opcode of control frames. */
const CONTROL = 8;

/**
 * The messages in a stream of bytes. It finds where frames begin and end, and hands them to the receiver of ws, one at a time and whole: that checks them, takes the mask off, puts messages together and inflates
 * them. What is not asked for yet stays bytes, so one message is there at most.
 *
 * The head of a frame is handed over as soon as it is there: one that is wrong, or that promises too much, is known before the rest of it comes.
 */
export class MessageDecoder extends ByteDecoder<Item> {
  /** What was agreed; it is set before the first byte. */
  extensions: Extensions = {};
  /** With which code the peer is closed, where its bytes cannot be read. */
  closeCode = POLICY;
  /** Told that a frame is being inflated, and then that it is, or could not be. */
  inflating: ((isBusy: boolean) => void) | undefined = undefined;
  /** The receiver has a frame that it inflates: nothing more is handed to it. */
  busy = false;

  declare protected readonly limits: MessageLimits & { readonly onTooLong: 'close' };
  #receiver: Receiver | undefined = undefined;
  #item: Item | undefined = undefined;
  /** Bytes of the payload at hand, whose head was handed over; -1 where a head comes next. */
  #payload = -1;
  /** The first byte of that head. */
  #opening = 0;
  /** The peer has sent its close frame. */
  #hasClosed = false;
  /** Bytes of the message at hand whose frames were handed over, with the frames between them. */
  #ofMessage = 0;
  #fragments = 0;

  constructor(limits: MessageLimits) {
    super({ ...limits, onTooLong: 'close' });
  }

  /** A message that is not whole counts with all its frames. */
  override get buffered(): number {
    return super.buffered + this.#ofMessage;
  }

  override takeBuffered(): Buffer {
    this.#ofMessage = 0;
    return super.takeBuffered();
  }

  protected read(): Item | undefined {
    for (;;) {
      const item = this.#taken();
      if (item !== undefined || this.busy) return item;
      if (this.#receiver !== undefined) this.#failed(this.#receiver);
      if (this.#hasClosed) return this.#dropRest();
      if (!(this.#payload < 0 ? this.#readHead() : this.#readPayload())) return undefined;
    }
  }

  /** Behind its close frame a peer sends nothing that counts (RFC 6455, 5.5.1). */
  #dropRest(): undefined {
    this.taken(this.to - this.at);
  }

  #taken(): Item | undefined {
    const item = this.#item;
    this.#item = undefined;
    return item;
  }

  /** @returns false where more bytes are needed. */
  #readHead(): boolean {
    const { bytes, at, to } = this;
    if (to - at < 2) return this.#needs(2);
    const first = bytes[at]!;
    const second = bytes[at + 1]!;
    const short = second & LENGTH;
    const size = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + (second & MASKED ? 4 : 0);
    if (to - at < size) return this.#needs(size);
    const length =
      short === 126
        ? bytes.readUInt16BE(at + 2)
        : short === 127
          ? bytes.readUInt32BE(at + 2) * 2 ** 32 + bytes.readUInt32BE(at + 6)
          : short;
    this.#begins(first);
    if (to - at >= size + length) return this.#hands(size + length, true, first);
    this.#opening = first;
    this.#payload = length;
    return this.#hands(size, false, first);
  }

  #readPayload(): boolean {
    if (this.to - this.at < this.#payload) return this.#needs(this.#payload);
    const length = this.#payload;
    this.#payload = -1;
    return this.#hands(length, true, this.#opening);
  }

  #needs(bytes: number): false {
    this.need = bytes;
    return false;
  }

  #begins(first: number): void {
    if ((first & OPCODE) >= CONTROL) return;
    if (++this.#fragments > MOST_FRAGMENTS)
      throw this.#refuse(POLICY, `a message has more than ${MOST_FRAGMENTS} frames`);
  }

  /** Hands so many bytes to the receiver; they are the whole frame, or its head, or the rest. */
  #hands(size: number, ends: boolean, first: number): true {
    const part = this.bytes.subarray(this.at, this.at + size);
    const isData = (first & OPCODE) < CONTROL;
    this.taken(size);
    this.#ofMessage += size;
    if (ends && isData && (first & FIN) !== 0) this.#fragments = 0;
    if (ends && this.#fragments === 0) this.#ofMessage = 0;
    this.#write(part);
    return true;
  }

  #write(part: Buffer): void {
    const receiver = (this.#receiver ??= this.#newReceiver());
    if (this.inflating === undefined) return void receiver.write(part);
    receiver.write(part, () => this.#inflated());
    this.busy = receiver.writableLength > 0;
    if (this.busy) this.inflating(true);
    return undefined;
  }

  /** What was handed over was inflated, or could not be. */
  #inflated(): void {
    if (!this.busy) return;
    this.busy = false;
    this.inflating?.(false);
  }

  #failed(receiver: Receiver): void {
    const error = receiver.errored as (Error & { readonly code?: string }) | null;
    if (error === null) return;
    this.closeCode = closeCodeOf(error.code);
    if (this.closeCode === TOO_BIG) throw this.breaks(fail('TT_MESSAGE_TOO_LONG', { max: this.limits.max }, error));
    throw this.bad(error.message, error);
  }

  #refuse(code: number, problem: string): TaskTonicError {
    this.closeCode = code;
    return this.bad(problem);
  }

  #newReceiver(): Receiver {
    const { ws, isServer, max } = this.limits;
    const receiver = new ws.Receiver({ isServer, maxPayload: max, extensions: this.extensions }) as Owned;
    receiver[OWNER] = this;
    return receiver
      .on('message', onMessage)
      .on('ping', onPing)
      .on('pong', onPong)
      .on('conclude', onConclude)
      .on('error', onError);
  }

  /** @internal */
  _ttGot(item: Item): void {
    this.#item = item;
  }

  /** @internal */
  _ttClosed(item: Item): void {
    this.#item = item;
    this.#hasClosed = true;
  }
}

/** Whose receiver it is: its listeners are the same for all, since a closure for each would cost ten thousand connections some megabytes. */
const OWNER = Symbol('owner');
interface Owned extends Receiver {
  [OWNER]: MessageDecoder;
}

function onMessage(this: unknown, data: Buffer, isBinary: boolean): void {
  (this as Owned)[OWNER]._ttGot(isBinary ? data : data.toString());
}

function onPing(this: unknown, data: Buffer): void {
  (this as Owned)[OWNER]._ttGot({ control: { kind: 'ping', data, code: 0 } });
}

function onPong(this: unknown, data: Buffer): void {
  (this as Owned)[OWNER]._ttGot({ control: { kind: 'pong', data, code: 0 } });
}

function onConclude(this: unknown, code: number, reason: Buffer): void {
  (this as Owned)[OWNER]._ttClosed({ control: { kind: 'close', data: reason, code } });
}

/** It is looked at where the bytes were written. */
function onError(): void {}
