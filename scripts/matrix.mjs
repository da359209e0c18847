// The packed package on each runtime, TypeScript and bundler that the README names: npm run matrix [-- --ci] [-- --only 'Node 2']
// Each cell is a project of its own in a scratch folder, and does real work there. --ci: the few cells that CI has time for.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundlers } from './matrix/bundlers.mjs';
import { compilers } from './matrix/compilers.mjs';
import { lastLine, runs } from './matrix/project.mjs';
import { runtimes } from './matrix/runtimes.mjs';

const ROOT = new URL('../', import.meta.url).pathname;
const { values } = parseArgs({ options: { ci: { type: 'boolean' }, only: { type: 'string', default: '' } } });
const isShort = values.ci === true;
const cells = [runtimes, compilers, bundlers].flatMap((group) => group({ isShort }));

const scratch = mkdtempSync(join(tmpdir(), 'tasktonic-matrix-'));
let [passing, failing, skipped] = [0, 0, 0];
try {
  await runs(ROOT, 'npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', scratch]);
  const tarball = join(
    scratch,
    readdirSync(scratch).find((name) => name.endsWith('.tgz')),
  );
  for (const cell of cells.filter(({ name }) => name.includes(values.only))) await tell(cell, { scratch, tarball });
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`\n  ${passing} passing\n  ${failing} failing${skipped > 0 ? `\n  ${skipped} pending` : ''}`);
process.exitCode = failing > 0 ? 1 : 0;

async function tell({ name, run }, place) {
  const start = performance.now();
  try {
    const told = await run(place);
    passing++;
    console.log(`  ok      ${name.padEnd(22)} ${told} (${((performance.now() - start) / 1_000).toFixed(1)} s)`);
  } catch (error) {
    // What is not to be had here is no fault of ours; CI must have it.
    if (!isShort && error.message.startsWith('npm install')) {
      skipped++;
      console.log(`  skipped ${name.padEnd(22)} ${lastLine(error.message)}`);
    } else {
      failing++;
      console.log(`  FAILED  ${name}: ${error.message}`);
    }
  }
}
