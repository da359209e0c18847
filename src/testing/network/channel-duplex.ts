import { Duplex } from 'node:stream';
import type { ChannelKey } from '../../selector/channel.js';
import { Interest, type InterestSet } from '../../selector/interest.js';
import type { MachineWork } from './machine-work.js';
import type { SimulatedStream } from './simulated-stream.js';

type Done = (error?: Error | null) => void;

/** A simulated stream as a Duplex of Node, for TLS and other layers of Node. */
export class ChannelDuplex extends Duplex implements ChannelKey {
  /** As in a socket. */
  bytesRead = 0;
  readonly #channel: SimulatedStream;
  readonly #work: MachineWork;
  #looks = false;
  #wants = false;
  #ends = false;
  /** Called when the written data was sent. */
  #left: Done | undefined;

  constructor(channel: SimulatedStream, work: MachineWork) {
    super();
    this.#channel = channel;
    this.#work = work;
    channel.handOver(this);
    this.#ask();
    this.#lookSoon();
  }

  // ---- Events of the channel ----

  signal(_ready: InterestSet): void {
    this.#lookSoon();
  }

  flushAfterTurn(): void {
    this.#work.soon(() => this.#channel.flush());
  }

  /** As in a socket, each event of the kernel is reported in a turn of its own. */
  #lookSoon(): void {
    if (this.#looks) return;
    this.#looks = true;
    this.#work.soon(() => {
      this.#looks = false;
      this.#look();
    });
  }

  #look(): void {
    const channel = this.#channel;
    if (this.destroyed) return;
    while (this.#wants) {
      const bytes = channel.take();
      if (bytes === undefined) break;
      this.bytesRead += bytes.length;
      this.#wants = this.push(bytes);
    }
    const error = channel.takeError();
    if (error !== undefined) return void this.destroy(error);
    // The end is an event of its own, after the effects of earlier bytes.
    if (channel.ended && !this.#ends) this.#endSoon();
    if (this.#left !== undefined && (channel.unsent === 0 || channel.closed)) this.#told();
    // A stream that both sides have ended closes itself, after earlier bytes were read.
    if (channel.closed && channel.received === 0 && !channel.ended) this.destroy();
  }

  #endSoon(): void {
    this.#ends = true;
    this.#work.soon(() => this.#work.soon(() => this.push(null)));
  }

  #told(): void {
    const left = this.#left;
    this.#left = undefined;
    this.#ask();
    left?.();
  }

  #ask(): void {
    const writes = this.#left === undefined ? Interest.NONE : Interest.WRITE;
    this.#channel.interestChanged(Interest.HANGUP | Interest.READ | writes);
  }

  // ---- Calls of Node ----

  override _read(): void {
    this.#wants = true;
    this.#lookSoon();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: Done): void {
    const channel = this.#channel;
    this.#work.goesOn();
    this.#left = done;
    this.#ask();
    channel.write(bytes, bytes.length);
    channel.flush();
    if (channel.unsent === 0 || channel.closed) this.#told();
  }

  override _final(done: Done): void {
    this.#channel.end();
    this.#channel.flush();
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#work.goesOn();
    this.#channel.close();
    done(error);
  }
}
