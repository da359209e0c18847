// So many subscriptions with wildcards, of which each set fits one. With the word `time` it tells how long a set takes.
import { ops, report, tell } from '../micro/report.mjs';
import { StoreTree } from './what.mjs';

const count = Number(process.argv[2]);
const store = new StoreTree();
let heard = 0;
for (let n = 0; n < count; n++) store.subscribe(`sensors/s${n}/*`, (events) => void (heard += events.length));
const paths = Array.from({ length: count }, (_, n) => `sensors/s${n}/value`);
for (const path of paths) store.set(path, -1);
heard = 0;
const started = process.hrtime.bigint();
for (let n = 0; n < ops; n++) store.set(paths[n % count], n);
if (heard !== ops) throw new Error(`${heard} of ${ops} were heard`);
if (process.argv[3] === 'time') tell(ops, Number(process.hrtime.bigint() - started) / 1e6);
else report(started, ops);
