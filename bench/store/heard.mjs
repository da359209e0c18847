// Each of 10,000 paths has a subscriber, and each set is heard.
import { ops, report } from '../micro/report.mjs';
import { StoreTree, pathsOf } from './what.mjs';

const paths = pathsOf(10_000);
const store = new StoreTree();
let heard = 0;
for (const path of paths) store.subscribe(path, (events) => void (heard += events.length));
const started = process.hrtime.bigint();
for (let n = 0; n < ops; n++) store.set(paths[n % paths.length], n);
if (heard !== ops) throw new Error(`${heard} of ${ops} were heard`);
report(started, ops);
