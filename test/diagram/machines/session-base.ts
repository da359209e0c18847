import { Tonic } from '../../../src/index.js';

export type Phase = 'half-open' | 'default' | 'end';

/** A parent in another file, with a state of its own and helpers. */
export class SessionBase<More extends string = never> extends Tonic<Phase | More> {
  ttse__onStart(): void {
    this.begin();
  }
  protected begin(): void {
    this.toState('half-open');
  }
  ttsc__abort(): void {
    this.toState(undefined);
  }
  ttse_default__onEnd(): void {
    this.toState('end', { reenter: false });
  }
}
