import { Tonic } from '../../../src/index.js';

const MINUTE = 60_000;

class Timed extends Tonic<'connecting' | 'idle' | 'stuck' | 'quiet' | 'done'> {
  static override readonly stateTimeouts: Readonly<Record<string, number>> = { connecting: 1 };
  ttse__onStateTimeout(): void {
    this.toState('idle');
  }
}

/** States that last so long at most: with a way of their own, with the generic one, with none. */
export class Session extends Timed {
  static override readonly stateTimeouts = { ...{ connecting: 5_000 }, idle: 2 * MINUTE, stuck: 1e3, quiet: Infinity };
  ttse__onStart(): void {
    this.toState('connecting');
  }
  ttse_idle__onStateTimeout(): void {
    const tries = Math.random();
    this.toState(tries < 0.1 ? 'done' : tries < 0.5 ? 'stuck' : undefined);
  }
  ttse_stuck__onStateTimeout(): void {
    this.log.warn('still stuck');
  }
}

/** One whose generic way serves also what transitions bring along. */
export class Caller extends Timed {
  static override readonly stateTimeouts = { connecting: 5_000 };
  ttsc__call(): void {
    this.toState('stuck', { timeout: 10 });
  }
}
