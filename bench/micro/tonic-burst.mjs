// All sparkles queued at once, on a thousand Tonics in turn, then run.
import { Tonic } from '../servers/tasktonic.mjs';
import { runAlone } from './app.mjs';
import { ops, report } from './report.mjs';

let started = 0n;

class Counter extends Tonic {
  count = 0;

  ttsc__add(by) {
    this.count += by;
  }
}

class Main extends Tonic {
  counters = [];

  ttse__onStart() {
    for (let i = 0; i < 1000; i++) this.counters.push(new Counter());
    this.ttsc__burst(); // behind the starts of the thousand
  }

  ttsc__burst() {
    started = process.hrtime.bigint();
    for (let i = 0; i < ops; i++) this.counters[i % 1000].ttsc__add(1);
    this.ttsc__end();
  }

  ttsc__end() {
    report(started, ops);
    if (this.counters.reduce((sum, counter) => sum + counter.count, 0) !== ops) throw new Error('sparkles were lost');
    this.ttsc__finish();
  }
}

await runAlone(Main);
