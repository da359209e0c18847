import { deadlineOf } from '../../core/life.js';
import type { Catalyst } from '../../core/catalyst.js';
import type { Due } from '../../core/time/timer-queue.js';

/** How often a thread that is ending reports, in ms. Each report is valid for that much longer. */
export const REPORT_EVERY = 1_000;

/**
 * While a thread is ending, it reports to its starter how long that may still take by the deadlines of its Tonics. The
 * deadlines move with progress (a slow peer takes some more bytes), and the clocks of two threads cannot be compared.
 */
export class EndReports implements Due {
  at = Infinity;
  slot = -1;

  constructor(
    readonly root: Catalyst<string>,
    readonly tell: (ms: number) => void,
  ) {}

  start(): void {
    if (this.slot < 0) this.fire(this.root.clock.now());
  }

  fire(now: number): void {
    const { root } = this;
    if (root.finished) return;
    const ms = deadlineOf(root) - now;
    if (ms > 0 && ms < Infinity) this.tell(ms);
    this.at = now + REPORT_EVERY;
    root.timers.add(this);
  }
}
