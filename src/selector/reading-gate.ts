import { Interest, type InterestSet } from './interest.js';
import { type OrdersElsewhere, CROWDED_FROM, ReadBudget, BYTES_PER_TURN } from './read-budget.js';
import type { Selector } from './selector.js';

/** How long a turn is, in ms, while peers come: a poll of the kernel accepts one, so each one waits for a poll for each before it. */
const ACCEPTING_TURN = 0.5;

/** After a peer has come, so many turns are as short: one poll can be several turns, and who waits next is not seen. */
const ACCEPTING_TURNS = 32;

/** The most frames of all sockets in the rotation that are heard in a turn, and the fewest of each socket. */
const FRAMES_IN_ROTATION = 1_024;
const FEWEST_FRAMES = 16;

/** The queue, as the gate sees it: how many orders wait, and how many may. */
interface Waiting {
  readonly size: number;
  readonly limit: number;
}

/** How much the sockets of a Catalyst may bring in, and how long its turns are while peers come. {@link ReadBudget} works out how much. */
export class ReadingGate {
  readonly #queue: Waiting;
  readonly #selector: Selector;
  readonly #budget: ReadBudget;
  /** A socket may bring what the ReadBudget says while less than so many orders wait. */
  readonly #crowd: number;
  /** The number of turns that are still short. */
  #accepting = 0;

  constructor(queue: Waiting, selector: Selector, highWaterMark: number, lowWaterMark: number) {
    this.#queue = queue;
    this.#selector = selector;
    this.#budget = new ReadBudget(highWaterMark, lowWaterMark);
    this.#crowd = Math.min(CROWDED_FROM, queue.limit);
  }

  /** How long the turn may be, in ms, by what channels were ready with; `undefined` for as long as any. */
  turnTime(had: InterestSet): number | undefined {
    if ((had & Interest.ACCEPT) !== 0) this.#accepting = ACCEPTING_TURNS;
    else if (this.#accepting > 0) this.#accepting--;
    return this.#accepting > 0 ? ACCEPTING_TURN : undefined;
  }

  /** A turn has ended that has run so many orders: reading is held back while many wait. */
  turnEnded(ran: number, away: OrdersElsewhere): void {
    const budget = this.#budget;
    const { size } = this.#queue;
    budget.turnEnded(ran, size, away);
    this.#selector.limitReading(budget.turns, budget.full, size > CROWDED_FROM);
  }

  /** Bytes were received, and put into orders. */
  received(bytes: number): void {
    this.#budget.received(bytes);
  }

  /**
   * How many bytes a socket may bring in now, each of its orders put; 0 where the queue has no room for one. What it may not, it
   * leaves in its channel, and says `key.again()`.
   */
  get share(): number {
    const { size } = this.#queue;
    if (size < this.#crowd) return this.#budget.share;
    return size < this.#queue.limit ? Math.min(this.#budget.share, BYTES_PER_TURN) : 0;
  }

  /**
   * How many frames a socket that has more of them may make heard in a turn: few where many have more, so that the turn is short for those
   * who ask for little.
   */
  get frames(): number {
    return Math.max(FRAMES_IN_ROTATION / Math.max(this.#selector.rotated, 1), FEWEST_FRAMES);
  }
}
