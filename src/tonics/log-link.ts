import type { Clock } from '../core/clock.js';
import type { ChannelKey } from '../selector/channel.js';
import { Interest, type InterestSet } from '../selector/interest.js';
import type { Network, StreamChannel } from '../selector/network.js';

/** A viewer has nothing to say: of one that says more than this, no more is read. */
const MOST_RECEIVED = 64 * 1024;

/** What becomes of a connection to a viewer. */
export interface LinkEvents {
  opened(): void;
  /** Something that was sent has left. */
  drained(): void;
  /** It failed, or the viewer has ended it; nothing more will happen. */
  lost(error: Error | undefined): void;
}

/**
 * One connection to a viewer, through the same {@link Network} as all sockets, but without a Selector: the log goes on where the loop does
 * not. Its events come in the check phase, never within a call.
 */
export class LogLink implements ChannelKey {
  readonly #stream: StreamChannel;
  readonly #clock: Clock;
  readonly #events: LinkEvents;
  #ready: InterestSet = Interest.NONE;
  #scheduled = false;
  #ending = false;
  #closed = false;
  #received = 0;

  constructor(network: Network, host: string, port: number, clock: Clock, events: LinkEvents) {
    this.#clock = clock;
    this.#events = events;
    this.#stream = network.connect({
      host,
      port,
      localAddress: undefined,
      localPort: undefined,
      family: 0,
      stream: { noDelay: true, keepAlive: 60_000 },
    });
    this.#stream.attach(this);
    this.#stream.interestChanged?.(Interest.CONNECT | Interest.READ | Interest.WRITE);
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
    this.#stream.write(text);
    this.#stream.flush?.();
  }

  /** Ends it, once; {@link flushed} follows. */
  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#stream.end();
    this.#stream.flush?.();
  }

  /** Closes it at once; no more events. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stream.detach();
  }

  signal(ready: InterestSet): void {
    this.#ready |= ready;
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    this.#clock.afterPoll(() => this.#turn());
  }

  /** Nothing is gathered: what is sent is flushed with it. */
  flushAfterTurn(): void {}

  #turn(): void {
    this.#scheduled = false;
    if (this.#closed) return;
    const ready = this.#ready;
    this.#ready = Interest.NONE;
    const error = this.#stream.takeError();
    if (error !== undefined || this.#stream.closed) return this.#events.lost(error);
    if ((ready & Interest.READ) !== 0) this.#discard();
    // A viewer that says no more has gone: waiting for the reset would cost the lines until then.
    if (this.#stream.ended) return this.#events.lost(undefined);
    if ((ready & Interest.CONNECT) !== 0) this.#events.opened();
    else if ((ready & Interest.WRITE) !== 0) this.#events.drained();
    return undefined;
  }

  #discard(): void {
    for (let bytes = this.#stream.take(); bytes !== undefined; bytes = this.#stream.take())
      this.#received += bytes.length;
    if (this.#received > MOST_RECEIVED) this.#stream.interestChanged?.(Interest.CONNECT | Interest.WRITE);
  }
}
