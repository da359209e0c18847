// The same as sets.mjs with a Map and listeners of one's own.
import { ops, report } from '../micro/report.mjs';
import { MapStore } from './map.mjs';
import { pathsOf } from './what.mjs';

const paths = pathsOf(Number(process.argv[2]));
const store = new MapStore();
for (const path of paths) store.set(path, -1);
const started = process.hrtime.bigint();
for (let n = 0; n < ops; n++) store.set(paths[n % paths.length], n);
report(started, ops);
