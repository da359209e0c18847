// Explores one program: `explore-one.ts <program> <runs> <seed>`, and writes what came of it as one line of JSON.
import { TaskTonicError } from '../../../src/index.js';
import { explore, type Fault } from '../../../src/testing/index.js';
import type { Exploration } from './exploration.js';

const [program = '', runs = '', seed = ''] = process.argv.slice(2);
const { options, body } = (await import(`../programs/${program}.ts`)) as Exploration;

try {
  await explore({ ...options, runs: Number(runs), seed: Number(seed) }, body);
  write({ found: false });
} catch (error) {
  if (!(error instanceof TaskTonicError && error.code === 'TT_EXPLORE_FAILED')) throw error;
  const { run, faults, message } = error.details as { run: number; faults: Fault[]; message: string };
  write({ found: true, run, faults: faults.map(({ kind, what, index }) => `${kind} #${index} of ${what}`), message });
}

function write(result: object): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
