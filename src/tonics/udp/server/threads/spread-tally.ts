import { ThreadTally } from '../../../tcp/server/thread-tally.js';
import type { UnheardLimits, WaitingTotal } from '../peer-line.js';
import { SESSION_TOTALS, type SessionTotal } from '../udp-server-counts.js';

/** What waits: to be heard in a thread, on its way to one, and to leave. Datagrams, and their bytes. */
const WAITING = ['unheard', 'unheardBytes', 'given', 'givenBytes', 'unsent', 'unsentBytes'] as const;
type Waiting = (typeof WAITING)[number];
/** Bytes are counted in 32 bits: no bound is higher than this, whatever the options say. */
const MOST = 2 ** 30;

/** What the threads of a UdpServer count, in a line for each; what waits in the server's own thread has the last one. */
export class SpreadTally extends ThreadTally<SessionTotal, 'open' | Waiting> {
  /** @param index the line that this thread counts in. */
  constructor(buffer: SharedArrayBuffer, index: number) {
    super({ totals: SESSION_TOTALS, now: ['open', ...WAITING] }, buffer, index);
  }

  /** For so many threads. */
  static shared(threads: number): SpreadTally {
    return new SpreadTally(ThreadTally.memory(threads), threads);
  }

  /** Whether more waits than may, over all threads. @param bytes of one datagram more, where that is asked for. */
  exceeds(what: 'unheard' | 'unsent', most: number, mostBytes: number, bytes?: number): boolean {
    const more = bytes === undefined ? 0 : 1;
    return this.sumNow(what) + more > most || this.sumNow(`${what}Bytes`) + (bytes ?? 0) > Math.min(mostBytes, MOST);
  }

  /** What a dead thread had waiting waits no more. */
  override closeAll(line: number): number {
    for (const what of WAITING) this.set(what, 0, line);
    return super.closeAll(line);
  }
}

/** What waits to be heard, over all threads. */
export class SharedTotal implements WaitingTotal {
  readonly #tally: SpreadTally;
  readonly #limits: UnheardLimits;

  constructor(tally: SpreadTally, limits: UnheardLimits) {
    this.#tally = tally;
    this.#limits = limits;
  }

  add(bytes: number): boolean {
    const { unheardMessages, unheardLimit } = this.#limits;
    // It counts first, and no longer where it was one too many: two threads at once must not both take the last place.
    this.#tally.change('unheard', 1);
    this.#tally.change('unheardBytes', bytes);
    if (!this.#tally.exceeds('unheard', unheardMessages, unheardLimit)) return true;
    this.remove(1, bytes);
    return false;
  }

  remove(messages: number, bytes: number): void {
    this.#tally.change('unheard', -messages);
    this.#tally.change('unheardBytes', -bytes);
  }
}
