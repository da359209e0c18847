// How much of a core a process uses that has nothing to do.
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from './children.mjs';

/**
 * The share of a core over three seconds, from the kernel's books: to ask the process itself would wake it.
 * @param {import('./tools.mjs').Program} program
 * @param {import('./measure.mjs').Effort} effort
 */
export async function idle(program, { quick }) {
  const app = new Child(program.command, { limitMs: 30_000 });
  try {
    await app.json();
    await sleep(quick ? 100 : 1500); // what starting has left to do
    const from = process.hrtime.bigint();
    const before = cpuNs(app.process.pid);
    if (before === 0) throw new Error('the kernel keeps no books of what threads use');
    await sleep(quick ? 200 : 3000);
    const used = cpuNs(app.process.pid) - before;
    return { value: used / Number(process.hrtime.bigint() - from) };
  } finally {
    await app.stop();
  }
}

/**
 * What all threads of a process have used so far, in ns.
 * @param {number | undefined} pid
 */
function cpuNs(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const used = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  return used.reduce((sum, ns) => sum + ns, 0);
}
