import { type TaskTonicError, fail, toError } from '../../core/errors.js';
import { badFrame } from '../byte-decoder.js';
import type { Decoder } from '../framing.js';

/** How the bytes of a whole packet are read. */
export interface PacketCodec<Packet> {
  readonly name: string;
  /** @throws {Error} where the bytes are no packet. */
  read(this: void, bytes: Buffer): Packet;
}

/** Takes all that it is given up to the end as one packet, also where that is nothing: the bytes of a datagram. */
export class PacketDecoder<Packet> implements Decoder<Packet> {
  readonly place = 0;
  readonly skipped = 0;
  readonly #codec: PacketCodec<Packet>;
  readonly #max: number;
  #chunks: Uint8Array[] = [];
  #ended = false;
  #tooLong: TaskTonicError | undefined = undefined;
  buffered = 0;

  constructor(codec: PacketCodec<Packet>, max: number) {
    this.#codec = codec;
    this.#max = max;
  }

  get broken(): boolean {
    return this.#tooLong !== undefined;
  }

  push(chunk: Uint8Array): void {
    this.buffered += chunk.length;
    if (this.buffered <= this.#max) this.#chunks.push(chunk);
    else this.#tooLong ??= fail('TT_FRAME_TOO_LONG', { framing: this.#codec.name, max: this.#max, place: 0 });
  }

  next(): Packet | undefined {
    if (this.#tooLong !== undefined) throw this.#tooLong;
    if (!this.#ended) return undefined;
    this.#ended = false;
    try {
      return this.#codec.read(this.takeBuffered());
    } catch (thrown) {
      throw badFrame(this.#codec.name, this.place, toError(thrown).message, thrown);
    }
  }

  takeBuffered(): Buffer {
    const [first, second] = this.#chunks;
    const bytes = second === undefined && Buffer.isBuffer(first) ? first : Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.buffered = 0;
    return bytes;
  }

  end(): void {
    this.#ended = true;
  }
}
