// One set each 5 ms, heard in another thread, which sets what comes back and is heard here: as threads/paced.mjs by a Store.
import { runAlone } from '../micro/app.mjs';
import { ops, tell } from '../micro/report.mjs';
import { TimerRepeat, Tonic } from '../servers/tasktonic.mjs';
import { EVERY_MS, median } from '../threads/pace.mjs';
import { StoreEcho } from './store-echo.mjs';
import { Store } from './what.mjs';

class Main extends Tonic {
  called = 0;
  at = 0n;
  times = [];

  ttse__onStart() {
    this.store = this.use(Store);
    this.store.subscribe('pong', this.ttse__onPong);
    this.echo = StoreEcho.spawn();
  }

  ttse__onPong([{ value: n }]) {
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
    this.store.set('ping', ++this.called);
  }
}

await runAlone(Main);
