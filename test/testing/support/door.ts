import { TimerSingleShot, Tonic } from '../../../src/index.js';

/** A door that locks itself two hours after it was opened. */
export class Door extends Tonic<'locked' | 'open'> {
  tries = 0;
  readonly lock = { code: '42' };

  ttse__onStart(): void {
    this.toState('locked');
  }
  ttse_locked__onEnter(): void {
    this.log.info('locked');
  }
  ttsc_locked__unlock(code: string): void {
    this.tries++;
    if (code === this.lock.code) this.toState('open');
  }
  ttse_open__onEnter(): void {
    new TimerSingleShot({ hours: 2, name: 'lock' });
  }
  ttse__onLock(): void {
    this.toState('locked');
  }
  ttsc__unlock(_code: string): void {}
}
