import { Duplex } from 'node:stream';
import type { ChannelKey } from '../../selector/channel.js';
import { Interest, type InterestSet } from '../../selector/interest.js';
import type { MachineWork } from './machine-work.js';
import type { SimulatedStream } from './simulated-stream.js';

type Done = (error?: Error | null) => void;

/** A simulated stream as a stream of Node's, for what Node lays over a socket. */
export class ChannelDuplex extends Duplex implements ChannelKey {
  /** As a socket counts them. */
  bytesRead = 0;
  readonly #channel: SimulatedStream;
  readonly #work: MachineWork;
  #looks = false;
  #wants = false;
  #ends = false;
  /** Called when what was written has left. */
  #left: Done | undefined;

  constructor(channel: SimulatedStream, work: MachineWork) {
    super();
    this.#channel = channel;
    this.#work = work;
    channel.handOver(this);
    this.#ask();
    this.#lookSoon();
  }

  // ---- What the stream tells ----

  signal(_ready: InterestSet): void {
    this.#lookSoon();
  }

  flushAfterTurn(): void {
    this.#work.soon(() => this.#channel.flush());
  }

  /** As a socket: what one event of the kernel brings is told in one, and the next thing in another. */
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
    // The end is an event of its own, behind what the bytes before it lead to.
    if (channel.ended && !this.#ends) this.#endSoon();
    if (this.#left !== undefined && (channel.unsent === 0 || channel.closed)) this.#told();
    // One that both sides have ended is closed by itself, and what came before is still to be read.
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

  // ---- What Node asks ----

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
