import { ByteDecoder, type Limits } from './byte-decoder.js';
import { type FrameEncoding, type FrameOf, frameOf } from './encoding.js';

/** What the decoders of a framing that tells its sizes share. */
export interface SizedLimits<E extends FrameEncoding> extends Limits {
  readonly encoding: E;
  /** Whether a frame is heard with its header and its trailer: then `max` counts these, too. */
  readonly isWhole?: boolean;
}

/** Frames that begin with a header, which tells how many bytes follow. */
export abstract class SizedDecoder<E extends FrameEncoding> extends ByteDecoder<FrameOf<E>> {
  declare protected readonly limits: SizedLimits<E>;
  /** How many bytes the header has; 0 until it is read. */
  protected header = 0;
  /** How many bytes follow it. */
  protected body = 0;
  /** How many bytes come behind those, before the next header. */
  protected readonly trailer: number = 0;

  /** Reads the header at `at` into `header` and `body`; false where its bytes have not all come: `need` says how many are needed. */
  protected abstract readHeader(): boolean;

  /** What is wrong with the bytes behind the frame, if anything. */
  protected problemBehind(_at: number): string | undefined {
    return undefined;
  }

  override takeBuffered(): Buffer {
    this.header = 0;
    return super.takeBuffered();
  }

  protected read(): FrameOf<E> | undefined {
    for (;;) {
      if (this.header === 0 && !this.readHeader()) return undefined;
      const { header, body } = this;
      const whole = header + body + this.trailer;
      if ((this.limits.isWhole === true ? whole : body) > this.limits.max) {
        const error = this.tooLong();
        this.header = 0;
        const goesOn = this.leaveOut(whole);
        if (error !== undefined) throw error;
        if (goesOn) continue;
        return undefined;
      }
      if (this.to - this.at < whole) {
        this.need = whole;
        return undefined;
      }
      const from = this.at + header;
      const problem = this.problemBehind(from + body);
      if (problem !== undefined) throw this.bad(problem);
      const { encoding, isWhole } = this.limits;
      const frame =
        isWhole === true
          ? frameOf(encoding, this.bytes, this.at, this.at + whole)
          : frameOf(encoding, this.bytes, from, from + body);
      this.header = 0;
      this.taken(whole);
      return frame;
    }
  }
}
