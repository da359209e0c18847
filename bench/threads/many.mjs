// Many threads at once: each is started, asked once and finished. How long it takes, in ms.
import { isMainThread } from 'node:worker_threads';
import { runAlone } from '../micro/app.mjs';
import { ops, tell } from '../micro/report.mjs';
import { Catalyst, Tonic } from '../servers/tasktonic.mjs';

export class Doubler extends Catalyst {
  static module = import.meta.url;

  ttsc__double(n) {
    this.base.ttsc__doubled(n, 2 * n);
  }
}

class Main extends Tonic {
  began = performance.now();
  threads = [];
  left = ops;

  ttse__onStart() {
    for (let n = 0; n < ops; n++) this.threads.push(Doubler.spawn());
    this.threads.forEach((thread, n) => thread.ttsc__double(n));
  }

  ttsc__doubled(n, twice) {
    if (twice !== 2 * n) throw new Error('a wrong number came back');
    this.threads[n].ttsc__finish();
  }

  ttse__onInfusionFinished() {
    if (--this.left > 0) return;
    tell(ops, performance.now() - this.began);
    this.ttsc__finish();
  }
}

if (isMainThread) await runAlone(Main);
