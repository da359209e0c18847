// The same as reads.mjs of a Map of Maps, whose paths are split beforehand.
import { ops, report } from '../micro/report.mjs';
import { mapsOf, pathsOf } from './what.mjs';

const paths = pathsOf(10_000).map((path) => path.split('/'));
const root = mapsOf(pathsOf(10_000).map((path, n) => [path, n]));
let sum = 0;
for (const [a, b, c] of paths) sum += root.get(a).get(b).get(c);
const started = process.hrtime.bigint();
for (let n = 0; n < ops; n++) {
  const [a, b, c] = paths[n % paths.length];
  sum += root.get(a).get(b).get(c);
}
if (!(sum > 0)) throw new Error('nothing was read');
report(started, ops);
