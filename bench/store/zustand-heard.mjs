// The same as heard.mjs with one Zustand store, whose subscribers each look at their path.
import { subscribeWithSelector } from 'zustand/middleware';
import { createStore } from 'zustand/vanilla';
import { ops, report } from '../micro/report.mjs';
import { pathsOf } from './what.mjs';

const paths = pathsOf(10_000);
const store = createStore(subscribeWithSelector(() => ({ values: new Map() })));
let heard = 0;
for (const path of paths)
  store.subscribe(
    ({ values }) => values.get(path),
    () => void heard++,
  );
const started = process.hrtime.bigint();
for (let n = 0; n < ops; n++) {
  // A state is replaced, never changed.
  const values = new Map(store.getState().values);
  values.set(paths[n % paths.length], n);
  store.setState({ values });
}
if (heard !== ops) throw new Error(`${heard} of ${ops} were heard`);
report(started, ops);
