// A number over to another thread and back, one at a time. With the argument `silent` no thread looks at a doorbell.
import { runAlone } from '../micro/app.mjs';
import { ops, report } from '../micro/report.mjs';
import { Tonic } from '../servers/tasktonic.mjs';
import { Echo } from './echo.mjs';
import { warmUp } from './warm-up.mjs';

let started = 0n;

class Main extends Tonic {
  next = -warmUp;

  ttse__onStart() {
    this.echo = Echo.spawn();
    this.echo.ttsc__ping(this.next);
  }

  ttsc__pong(n) {
    if (n !== this.next) throw new Error('a wrong number came back');
    this.next++;
    if (n === 0) started = process.hrtime.bigint();
    if (n < ops) return this.echo.ttsc__ping(this.next);
    report(started, ops);
    this.ttsc__finish();
  }
}

await runAlone(Main, { threads: { doorbell: process.argv[2] !== 'silent' } });
