import { Tonic } from '../../../src/index.js';
import { SessionBase as Base } from './session-base.js';

const WAITING = 'waiting; for: "x"';

/** What can be asked of the reader: inherited methods, `super`, helpers, conditions, variables, options. */
export class Session extends Base<'waiting; for: "x"' | 'data'> {
  #next: 'data' | 'default' = 'data';

  override ttse__onStart(): void {
    super.ttse__onStart();
    this.#prepare();
  }
  #prepare(): void {
    // A ring of calls comes to an end.
    if (this.#next === 'data') this.#prepare();
    this.toState(WAITING);
  }
  ttsc__go(quick: boolean): void {
    this.toState(quick ? 'data' : this.#next);
  }
  // eslint-disable-next-line tasktonic/sparkle-names -- the rule does not read what a parent of another file adds
  'ttsc_half-open__go'(): void {
    this.toState('half-open');
    this.toState('half-open', { reenter: true });
  }
  ttsc_data__jump(to: NonNullable<Session['state']>): void {
    this.toState(to);
  }
  ttsc_data__wait(): void {
    this.toState('data', { reenter: true });
    this.ttsc__finish();
  }
  ttsc_data__hand(): void {
    this.ttsc__go(true);
    class Inner extends Tonic<'other'> {
      ttse__onStart(): void {
        this.toState('other');
      }
    }
    new Inner();
  }
}
