// The chain with a transition at every step: to the other state, whose onEnter queues the next step.
import { Tonic } from '../servers/tasktonic.mjs';
import { runAlone } from './app.mjs';
import { ops, report } from './report.mjs';

let started = 0n;

class Chain extends Tonic {
  left = ops;

  ttse__onStart() {
    started = process.hrtime.bigint();
    this.toState('a');
  }

  ttse_a__onEnter() {
    this.ttsc__step();
  }

  ttse_b__onEnter() {
    this.ttsc__step();
  }

  ttsc__step() {}

  ttsc_a__step() {
    if (--this.left > 0) return this.toState('b');
    this.end();
  }

  ttsc_b__step() {
    if (--this.left > 0) return this.toState('a');
    this.end();
  }

  end() {
    report(started, ops);
    this.ttsc__finish();
  }
}

await runAlone(Chain);
