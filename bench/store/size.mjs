// What a path takes, in bytes of the heap: in a Store's tree, or (the first word) in Maps of Maps.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ops } from '../micro/report.mjs';
import { StoreTree, mapsOf } from './what.mjs';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');
const used = () => (gc(), process.memoryUsage().heapUsed);
// One after the other, so that no list of them stays.
function* entries() {
  for (let n = 0; n < ops; n++) yield [`rooms/${n % 100}/${n}`, n];
}

const before = used();
const kept = process.argv[2] === 'maps' ? mapsOf(entries()) : new StoreTree({ paths: 2_000_000 });
if (kept instanceof StoreTree) for (const [path, n] of entries()) kept.set(path, n);
const bytes = (used() - before) / ops;
process.stdout.write(`${JSON.stringify({ ops, bytes, has: kept !== undefined })}\n`);
