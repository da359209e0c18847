// A sparkle that queues itself.
import { Tonic } from '../servers/tasktonic.mjs';
import { runAlone } from './app.mjs';
import { ops, report } from './report.mjs';

let started = 0n;

class Chain extends Tonic {
  ttse__onStart() {
    started = process.hrtime.bigint();
    this.ttsc__step(ops - 1);
  }

  ttsc__step(n) {
    if (n > 0) return this.ttsc__step(n - 1);
    report(started, ops);
    this.ttsc__finish();
  }
}

await runAlone(Chain);
