import type { SendResult } from '../../../core/asking/reply.js';
import type { StreamChannel } from '../../../selector/network.js';
import type { Refusals } from '../server/refusals.js';
import type { StallWatch } from './watches/stall-watch.js';
import { Pause } from './pause.js';

/** A connection that relays to another one, and waits for it. */
interface Relay {
  _ttPause(reason: number): void;
  _ttResume(reason: number): void;
}

/** What there is to know of a connection where sends do not simply leave. It is made then: most connections never have it. */
export class Backlog {
  /** Something waits, and `onDrain` follows. */
  blocked = false;
  refusals: Refusals | undefined = undefined;
  /** While much is unsent. */
  stall: StallWatch | undefined = undefined;
  /** Bytes of the last sends, those that were told as waiting: a limit may discard these, and none that were told as sent. */
  #unpromised = 0;
  /** What had been sent on the connections before this one. */
  #sentBefore = 0;
  #relays: Set<Relay> | undefined = undefined;

  /** A connection is opened: nothing was given to it. */
  beginsAnew(sentBefore: number): void {
    this.#sentBefore = sentBefore;
    this.#unpromised = 0;
  }

  /** So many bytes were sent: what is told of them. */
  promise(size: number): SendResult {
    this.#unpromised = this.blocked ? this.#unpromised + size : 0;
    return this.blocked ? 'waiting' : 'sent';
  }

  /** What another connection relays to this one comes faster than it leaves: that one pauses too. */
  holdRelay(from: Relay): void {
    (this.#relays ??= new Set()).add(from);
    from._ttPause(Pause.relay);
  }

  /** Who relays to this one goes on. */
  releaseRelays(): void {
    const relays = this.#relays;
    if (relays === undefined) return;
    for (const from of relays) from._ttResume(Pause.relay);
    this.#relays = undefined;
  }

  /** Of all that was ever sent: bytes that were told as sent on this connection, whether they have left or not. */
  static promised(backlog: Backlog | undefined, sent: number): number {
    return backlog === undefined ? sent : sent - backlog.#sentBefore - backlog.#unpromised;
  }

  /**
   * Gives up what waits, but for what was told as sent.
   * @returns how many bytes that were.
   */
  static giveUpUnpromised(backlog: Backlog | undefined, channel: StreamChannel): number {
    return channel.keepOnly(Math.max(channel.unsent - (backlog === undefined ? 0 : backlog.#unpromised), 0));
  }
}
