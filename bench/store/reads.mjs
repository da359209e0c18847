// Reads in another thread than the owner's.
import { runAlone } from '../micro/app.mjs';
import { ops, report } from '../micro/report.mjs';
import { Tonic } from '../servers/tasktonic.mjs';
import { StoreReader } from './store-echo.mjs';
import { Store, pathsOf } from './what.mjs';

class Main extends Tonic {
  ttse__onStart() {
    const store = this.use(Store);
    store.group(() => pathsOf(10_000).forEach((path, n) => store.set(path, n)));
    StoreReader.spawn(ops);
  }

  ttsc__read(started, sum) {
    if (!(sum > 0)) throw new Error('nothing was read');
    report(started, ops);
    this.ttsc__finish();
  }
}

await runAlone(Main);
