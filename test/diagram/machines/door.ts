import { Tonic } from '../../../src/index.js';

/** The machine of the guides: a state each, and a code. */
export class Door extends Tonic<'locked' | 'open'> {
  ttse__onStart(): void {
    this.toState('locked');
  }
  ttse_locked__onEnter(): void {
    this.log.info('locked');
  }
  ttsc__unlock(_code: string): void {}
  ttsc_locked__unlock(code: string): void {
    if (code === '42') this.toState('open');
  }
  ttsc__close(): void {}
  ttsc_open__close(): void {
    this.toState('locked');
  }
  ttsc__knock(): void {
    this.log.info('who is there?');
  }
}

export const notATonic = class {
  ttsc(): void {}
};

export class Plain {
  toState(_state: string): void {}
  run(): void {
    this.toState('nowhere');
  }
}
