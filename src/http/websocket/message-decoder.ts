import { type TaskTonicError, fail } from '../../core/errors.js';
import { ByteDecoder } from '../../framing/byte-decoder.js';
import { POLICY, TOO_BIG, closeCodeOf } from './close-codes.js';
import type { Extensions, Receiver, Ws } from './load-ws.js';

/** A control frame. It keeps its place in the order of messages. */
export class Control {
  readonly kind: 'ping' | 'pong' | 'close';
  /** Its payload; of a close frame its reason. */
  readonly data: Buffer;
  /** The code of a close frame. */
  readonly code: number;

  constructor(kind: Control['kind'], data: Buffer, code = 0) {
    this.kind = kind;
    this.data = data;
    this.code = code;
  }
}

/** A message (text or bytes), or a control frame. */
export type Item = string | Buffer | Control;

/** What all decoders of a path share. */
export interface MessageLimits {
  readonly name: string;
  /** The most bytes of a message. */
  readonly max: number;
  readonly isServer: boolean;
  readonly ws: Ws;
}

/** The most fragments of a message: each takes more memory than its bytes. */
const MOST_FRAGMENTS = 16_384;

const FIN = 0x80;
const OPCODE = 0x0f;
const MASKED = 0x80;
const LENGTH = 0x7f;
/** The lowest opcode of control frames. */
const CONTROL = 8;

/**
 * Decodes the messages in a stream of bytes. It finds the boundaries of frames, and passes one whole frame at a time to
 * the receiver of ws, which checks, unmasks, assembles and inflates. Messages are decoded on demand, so at most one
 * decoded message exists.
 *
 * The header of a frame is passed as soon as it is complete, so a bad or too large frame is refused before its payload
 * arrives.
 */
export class MessageDecoder extends ByteDecoder<Item> {
  /** The agreed extensions; set before the first byte. */
  extensions: Extensions = {};
  /** The close code for bytes that cannot be read. */
  closeCode = POLICY;
  /** Called with true when inflating a frame begins, and with false when it ends. */
  inflating: ((isBusy: boolean) => void) | undefined = undefined;
  /** The receiver is inflating a frame: it gets nothing more until it is done. */
  busy = false;

  declare protected readonly limits: MessageLimits & { readonly onTooLong: 'close' };
  #receiver: Receiver | undefined = undefined;
  #item: Item | undefined = undefined;
  /** The remaining payload bytes of the present frame; -1 if a header comes next. */
  #payload = -1;
  /** The first byte of the present header. */
  #opening = 0;
  /** The peer has sent its close frame. */
  #hasClosed = false;
  /** The bytes of the present message and of control frames between its frames, as far as they were passed on. */
  #ofMessage = 0;
  #fragments = 0;

  constructor(limits: MessageLimits) {
    super({ ...limits, onTooLong: 'close' });
  }

  /** An incomplete message counts with all its frames. */
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

  /** Data after a close frame is ignored (RFC 6455, 5.5.1). */
  #dropRest(): undefined {
    this.taken(this.to - this.at);
  }

  #taken(): Item | undefined {
    const item = this.#item;
    this.#item = undefined;
    return item;
  }

  /** @returns false if more bytes are needed. */
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

  /** Passes bytes to the receiver: a whole frame, its header, or the rest of it. */
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

  /** Inflating has ended, with or without an error. */
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

/**
 * Connects a receiver with its decoder. All receivers share the same listeners: closures for each of ten thousand
 * connections would take several megabytes.
 */
const OWNER = Symbol('owner');
interface Owned extends Receiver {
  [OWNER]: MessageDecoder;
}

function onMessage(this: unknown, data: Buffer, isBinary: boolean): void {
  (this as Owned)[OWNER]._ttGot(isBinary ? data : data.toString());
}

function onPing(this: unknown, data: Buffer): void {
  (this as Owned)[OWNER]._ttGot(new Control('ping', data));
}

function onPong(this: unknown, data: Buffer): void {
  (this as Owned)[OWNER]._ttGot(new Control('pong', data));
}

function onConclude(this: unknown, code: number, reason: Buffer): void {
  (this as Owned)[OWNER]._ttClosed(new Control('close', reason, code));
}

/** The error is handled where the bytes were written. */
function onError(): void {}
