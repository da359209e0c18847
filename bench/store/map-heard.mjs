// The same as heard.mjs with a Map and listeners of one's own.
import { ops, report } from '../micro/report.mjs';
import { MapStore } from './map.mjs';
import { pathsOf } from './what.mjs';

const paths = pathsOf(10_000);
const store = new MapStore();
let heard = 0;
for (const path of paths) store.subscribe(path, () => void heard++);
const started = process.hrtime.bigint();
for (let n = 0; n < ops; n++) store.set(paths[n % paths.length], n);
if (heard !== ops) throw new Error(`${heard} of ${ops} were heard`);
report(started, ops);
