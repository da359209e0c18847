// A closure that queues the next one, a new closure each step.
import { ops, report } from './report.mjs';
import { Ring } from './ring.mjs';

const ring = new Ring();
const started = process.hrtime.bigint();

/** @param {number} n */
function step(n) {
  if (n > 0) ring.push(() => step(n - 1));
  else report(started, ops);
}

ring.push(() => step(ops - 1));
ring.run();
