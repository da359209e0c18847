import type { Network, TurnedAway } from '../../../selector/network.js';
import type { ServerTally } from './server-tally.js';

/**
 * Decides whether a peer may come in, and counts who does and who does not. Descriptors are looked at by the network: it alone knows
 * them at the moment that a peer comes.
 */
export class Admission {
  readonly #tally: ServerTally;
  /** The most connections that the user allows, over all threads. */
  readonly #limit: number;
  readonly #unwatch: () => void;
  /** How many connections the network allows in this thread. */
  #most = Infinity;
  #ranOut = false;
  /** Whether other listeners let peers in for the same limit; else the network keeps it, which turns peers away at less cost. */
  isShared = true;

  constructor(tally: ServerTally, network: Network, limit = Infinity) {
    this.#tally = tally;
    this.#limit = limit;
    this.#unwatch = network.watchCapacity((most) => {
      if (most > this.#most) this.#ranOut = false;
      this.#most = most;
    });
  }

  /** The most connections at once: as the user says, and as the descriptors allow just now. */
  get maxConnections(): number {
    // To this thread the connections of the others are descriptors that somebody else has.
    const elsewhere = this.#tally.open - this.#tally.openHere;
    return Math.min(this.#limit, this.#most + elsewhere);
  }

  /** Why the next peer may not come in. For whoever is the only one that lets peers in; the others {@link enter}. */
  get whyNot(): TurnedAway['reason'] | undefined {
    return this.#tally.open >= this.#limit ? 'maxConnections' : undefined;
  }

  /**
   * A peer was accepted: it is counted as open, unless it must be turned away.
   *
   * It is counted first, and out again where it was one too many: two threads that accept at once must not both take the last place.
   */
  enter(): TurnedAway['reason'] | undefined {
    this.#tally.opened();
    if (!this.isShared || this.#tally.open <= this.#limit) return undefined;
    this.#tally.closed();
    return 'maxConnections';
  }

  /** A peer was turned away, here or by the network. */
  turnedAway({ reason }: TurnedAway): void {
    this.#tally.add(reason);
  }

  /** The app has taken every descriptor; false where another thread has told so since there was more room. */
  ranOut(): boolean {
    const isNews = !this.#ranOut;
    this.#ranOut = true;
    return isNews;
  }

  /** Nobody comes in any more. */
  close(): void {
    this.#unwatch();
  }
}
