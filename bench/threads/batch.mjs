// Many orders to another thread, all called before the first comes back.
import { runAlone } from '../micro/app.mjs';
import { ops, report } from '../micro/report.mjs';
import { Tonic } from '../servers/tasktonic.mjs';
import { Echo } from './echo.mjs';
import { warmUp } from './warm-up.mjs';
import { isWhatOf, whatOf } from './what.mjs';

let started = 0n;

class Main extends Tonic {
  next = -warmUp;

  ttse__onStart() {
    this.echo = Echo.spawn();
    for (let i = -warmUp; i < 0; i++) this.echo.ttsc__take(i, whatOf(i));
  }

  ttsc__batch() {
    started = process.hrtime.bigint();
    for (let i = 0; i < ops; i++) this.echo.ttsc__take(i, whatOf(i));
  }

  ttsc__back(i, what) {
    if (i !== this.next++ || !isWhatOf(what, i)) throw new Error('something else came back');
    if (this.next === 0) return this.ttsc__batch();
    if (this.next < ops) return;
    report(started, ops);
    this.ttsc__finish();
  }
}

await runAlone(Main);
