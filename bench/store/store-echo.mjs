// A Catalyst in a thread of its own, with a copy of the Store.
import { Catalyst } from '../servers/tasktonic.mjs';
import { Store, pathsOf } from './what.mjs';

export class StoreEcho extends Catalyst {
  static module = import.meta.url;

  ttse__onStart() {
    this.store = this.use(Store);
  }

  ttse__onStoreReady() {
    this.store.subscribe('ping', this.ttse__onPing);
    this.store.set('pong', 0);
  }

  ttse__onPing([{ value }]) {
    this.store.set('pong', value);
  }
}

/** Reads so many values of its copy of 10,000. */
export class StoreReader extends Catalyst {
  static module = import.meta.url;

  constructor(ops) {
    super();
    this.ops = ops;
  }

  ttse__onStart() {
    this.store = this.use(Store);
  }

  ttse__onStoreReady() {
    const paths = pathsOf(10_000);
    let sum = 0;
    for (const path of paths) sum += this.store.get(path);
    const started = process.hrtime.bigint();
    for (let n = 0; n < this.ops; n++) sum += this.store.get(paths[n % paths.length]);
    this.base.ttsc__read(started, sum);
  }
}
