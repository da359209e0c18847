import type { AnyTonic } from '../../core/any-tonic.js';
import type { Due } from '../../core/time/timer-queue.js';
import type { Link } from '../link.js';
import type { ThreadMemory } from './thread-memory.js';
import type { ThreadMessage } from './thread-messages.js';

/** Is told about a thread that takes too long. */
interface Watched extends Pick<AnyTonic, '_ttScheduler'> {
  /** The thread does not answer: one turn of its loop has taken longer than this many ms. */
  stuck(ms: number): void;
  /** Its Catalyst has finished, but the thread still runs. */
  heldOpen(): void;
}

/** Limits the time between the end of a Catalyst and the end of its thread. */
export class ExitLimit implements Due {
  at = Infinity;
  slot = -1;

  constructor(readonly tonic: Watched) {}

  start(ms: number): void {
    const { clock, timers } = this.tonic._ttScheduler;
    this.at = clock.now() + ms;
    timers.add(this);
  }

  fire(): void {
    this.tonic.heldOpen();
  }

  stop(): void {
    this.tonic._ttScheduler.timers.remove(this);
  }
}

/** How long a thread may take to start, in ms: it must load its modules. */
const START_PATIENCE = 30_000;

/** Asks a thread regularly whether it still runs. Its loop answers between two turns. */
export class Watchdog implements Due {
  at = 0;
  slot = -1;
  /** The first question needs no message: a thread answers it when it has started. */
  #asked = 1;
  #askedAt: number;

  constructor(
    readonly tonic: Watched,
    readonly ms: number,
    readonly memory: ThreadMemory,
    readonly link: Link,
  ) {
    this.#askedAt = tonic._ttScheduler.clock.now();
    this.#wait();
  }

  fire(now: number): void {
    if (this.memory.answerOf(this.link.thread) === this.#asked) {
      this.#askedAt = now;
      this.link.tell({ kind: 'ping', count: ++this.#asked } satisfies ThreadMessage);
    } else if (now - this.#askedAt >= (this.#asked > 1 ? this.ms : Math.max(this.ms, START_PATIENCE)))
      return this.tonic.stuck(this.ms);
    return this.#wait();
  }

  stop(): void {
    this.tonic._ttScheduler.timers.remove(this);
  }

  #wait(): void {
    const { clock, timers } = this.tonic._ttScheduler;
    this.at = clock.now() + this.ms / 2;
    timers.add(this);
  }
}
