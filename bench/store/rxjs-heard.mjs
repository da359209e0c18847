// The same as heard.mjs with an RxJS subject for each path, which tells what has changed, with the value before.
import { BehaviorSubject, distinctUntilChanged, pairwise } from 'rxjs';
import { ops, report } from '../micro/report.mjs';
import { pathsOf } from './what.mjs';

const paths = pathsOf(10_000);
const subjects = new Map(paths.map((path) => [path, new BehaviorSubject(undefined)]));
let heard = 0;
for (const subject of subjects.values()) subject.pipe(distinctUntilChanged(), pairwise()).subscribe(() => void heard++);
const started = process.hrtime.bigint();
for (let n = 0; n < ops; n++) subjects.get(paths[n % paths.length]).next(n);
if (heard !== ops) throw new Error(`${heard} of ${ops} were heard`);
report(started, ops);
