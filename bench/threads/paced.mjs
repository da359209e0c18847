// One call each 5 ms to another thread and back, as a service is used that is not in a hurry: how long each takes, in the middle.
import { runAlone } from '../micro/app.mjs';
import { ops, tell } from '../micro/report.mjs';
import { TimerRepeat, Tonic } from '../servers/tasktonic.mjs';
import { Echo } from './echo.mjs';
import { EVERY_MS, median } from './pace.mjs';

class Main extends Tonic {
  called = 0;
  at = 0n;
  times = [];

  ttse__onStart() {
    this.echo = Echo.spawn();
    this.echo.ttsc__ping(0);
  }

  ttsc__pong(n) {
    if (n === 0) return void new TimerRepeat({ seconds: EVERY_MS / 1000, name: 'tick' });
    if (n !== this.called) throw new Error('a wrong number came back');
    this.times.push(Number(process.hrtime.bigint() - this.at) / 1e6);
    if (n < ops) return;
    tell(ops, median(this.times));
    this.ttsc__finish();
  }

  ttse__onTick() {
    // One that takes longer than that is waited for.
    if (this.called === ops || this.times.length < this.called) return;
    this.at = process.hrtime.bigint();
    this.echo.ttsc__ping(++this.called);
  }
}

await runAlone(Main);
