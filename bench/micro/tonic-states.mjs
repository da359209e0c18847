// The chain, its sparkle named for the state that the Tonic is in.
import { Tonic } from '../servers/tasktonic.mjs';
import { runAlone } from './app.mjs';
import { ops, report } from './report.mjs';

let started = 0n;

class Chain extends Tonic {
  ttse__onStart() {
    this.toState('a');
  }

  ttse_a__onEnter() {
    started = process.hrtime.bigint();
    this.ttsc__step(ops - 1);
  }

  ttsc__step() {}

  ttsc_a__step(n) {
    if (n > 0) return this.ttsc__step(n - 1);
    report(started, ops);
    this.ttsc__finish();
  }

  ttsc_b__step() {
    throw new Error('a sparkle of a state that the Tonic is not in');
  }
}

await runAlone(Chain);
