// The ping-pong of ping-pong.mjs while a third thread computes.
import { runAlone } from '../micro/app.mjs';
import { ops, report } from '../micro/report.mjs';
import { Tonic } from '../servers/tasktonic.mjs';
import { Busy } from './busy.mjs';
import { Echo } from './echo.mjs';
import { warmUp } from './warm-up.mjs';

let started = 0n;

class Main extends Tonic {
  next = -warmUp;

  ttse__onStart() {
    this.echo = Echo.spawn();
    Busy.spawn();
  }

  ttsc__begun() {
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

await runAlone(Main);
