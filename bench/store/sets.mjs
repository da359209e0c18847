// Sets numbers, that nobody hears of, at so many paths in turn.
import { ops, report } from '../micro/report.mjs';
import { StoreTree, pathsOf } from './what.mjs';

const paths = pathsOf(Number(process.argv[2]));
const store = new StoreTree();
for (const path of paths) store.set(path, -1);
const started = process.hrtime.bigint();
for (let n = 0; n < ops; n++) store.set(paths[n % paths.length], n);
report(started, ops);
