import type { Clock } from '../../core/time/clock.js';
import { Interest, type InterestSet } from '../../selector/interest.js';
import type { StreamChannel } from '../../selector/network.js';
import type { DialKey } from '../tcp/client/dialler-dependencies.js';

/** A viewer has nothing to say: of one that says more than this, no more is read. */
const MOST_RECEIVED = 64 * 1024;

/**
 * The key of a channel that no Selector has: the log goes on where the loop does not. What the channel is ready with comes in the check phase,
 * never within a call.
 */
export class PolledKey implements DialKey {
  readonly #channel: StreamChannel;
  readonly #clock: Clock;
  #onReady: (ready: InterestSet) => void;
  #ready: InterestSet = Interest.NONE;
  #scheduled = false;
  #cancelled = false;

  constructor(channel: StreamChannel, clock: Clock, onReady: (ready: InterestSet) => void) {
    this.#channel = channel;
    this.#clock = clock;
    this.#onReady = onReady;
    channel.attach(this);
    channel.interestChanged?.(Interest.CONNECT | Interest.READ | Interest.WRITE);
  }

  /** From now on another one hears what the channel is ready with. */
  handOver(onReady: (ready: InterestSet) => void): void {
    this.#onReady = onReady;
    if (this.#ready !== 0) this.#schedule();
  }

  signal(ready: InterestSet): void {
    this.#ready |= ready;
    this.#schedule();
  }

  /** Nothing is gathered: what is sent is flushed with it. */
  flushAfterTurn(): void {}

  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#channel.detach();
  }

  #schedule(): void {
    if (this.#scheduled || this.#cancelled) return;
    this.#scheduled = true;
    this.#clock.afterPoll(() => {
      this.#scheduled = false;
      const ready = this.#ready;
      this.#ready = Interest.NONE;
      if (!this.#cancelled) this.#onReady(ready);
    });
  }
}

/** What becomes of a connection to a viewer. */
export interface LinkEvents {
  /** Something that was sent has left. */
  drained(): void;
  /** It failed, or the viewer has ended it; nothing more will happen. */
  lost(error: Error | undefined): void;
}

/** One connection to a viewer, that is open. */
export class LogLink {
  readonly #stream: StreamChannel;
  readonly #key: PolledKey;
  readonly #events: LinkEvents;
  #ending = false;
  #received = 0;

  constructor(stream: StreamChannel, key: PolledKey, events: LinkEvents) {
    this.#stream = stream;
    this.#key = key;
    this.#events = events;
    key.handOver((ready) => this.#turn(ready));
  }

  /** Bytes that were sent and have not left this process. */
  get unsent(): number {
    return this.#stream.unsent;
  }

  /** Everything has left, and so has the end. */
  get flushed(): boolean {
    return this.#stream.flushed;
  }

  send(text: string): void {
    this.#stream.write(text, Buffer.byteLength(text));
    this.#stream.flush();
  }

  /** Ends it, once; {@link flushed} follows. */
  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#stream.end();
    this.#stream.flush();
  }

  /** Closes it at once; no more events. */
  close(): void {
    this.#key.cancel();
  }

  #turn(ready: InterestSet): void {
    const error = this.#stream.takeError();
    if (error !== undefined || this.#stream.closed) return this.#events.lost(error);
    if ((ready & Interest.READ) !== 0) this.#discard();
    // A viewer that says no more has gone: waiting for the reset would cost the lines until then.
    if (this.#stream.ended) return this.#events.lost(undefined);
    if ((ready & Interest.WRITE) !== 0) this.#events.drained();
    return undefined;
  }

  #discard(): void {
    for (let bytes = this.#stream.take(); bytes !== undefined; bytes = this.#stream.take())
      this.#received += bytes.length;
    if (this.#received > MOST_RECEIVED) this.#stream.interestChanged?.(Interest.CONNECT | Interest.WRITE);
  }
}
