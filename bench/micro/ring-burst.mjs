// All closures queued at once, on a thousand objects in turn, then run. A closure, like a sparkle, changes its object.
import { ops, report } from './report.mjs';
import { Ring } from './ring.mjs';

class Counter {
  count = 0;

  /** @param {number} by */
  add(by) {
    this.count += by;
  }
}

const counters = Array.from({ length: 1000 }, () => new Counter());
const ring = new Ring();
const started = process.hrtime.bigint();
for (let i = 0; i < ops; i++) {
  const counter = counters[i % 1000];
  ring.push(() => counter.add(1));
}
ring.run();
report(started, ops);
if (counters.reduce((sum, counter) => sum + counter.count, 0) !== ops) throw new Error('closures were lost');
