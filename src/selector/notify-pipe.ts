import type { Channel, ChannelKey } from './channel.js';
import { Interest } from './interest.js';

/**
 * A pair of ends, as of a socketpair(2): a token written at one end makes the other end ready. Tokens that were not read yet are one.
 *
 * The reading end is registered with a Selector like any channel. Within a thread the token needs no kernel.
 */
export class NotifyPipe implements Channel {
  #key: ChannelKey | undefined;
  #token = false;
  /** How many tokens were written; those that found one already there do not count. */
  tokens = 0;

  /** Writes a token. */
  write(): void {
    if (this.#token) return;
    this.#token = true;
    this.tokens++;
    this.#key?.signal(Interest.READ);
  }

  /** Takes the token. */
  read(): void {
    this.#token = false;
  }

  attach(key: ChannelKey): void {
    this.#key = key;
    if (this.#token) key.signal(Interest.READ);
  }

  detach(): void {
    this.#key = undefined;
  }

  /** Reading of a pipe is never held back. As its own handler it only reads the token: the work is in the queue. */
  onReady(): void {
    this.read();
  }
}
