// Draws what the README shows: `npm run build && node scripts/pictures.mjs`. The pictures go to docs/images, and the diagram of its first
// program into its text. With --check it writes nothing, and fails where something else is there.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import ts from 'typescript';
import { newestReport } from './newest-report.mjs';
import { speedChart } from './pictures/speed-chart.mjs';
import { terminal } from './pictures/terminal.mjs';

const ROOT = new URL('../', import.meta.url);
const PROGRAM = /^<!-- as: talk\.ts -->\n```ts\n(.*?)^```$/ms;
const DIAGRAM = /(?<=^```mermaid\n).*?(?=^```$)/ms;

const readme = readFileSync(new URL('README.md', ROOT), 'utf8');
const drawn = {
  'README.md': readme.replace(DIAGRAM, await diagramOfFirstProgram()),
  'docs/images/speed.svg': speedChart(newestReport()),
  'docs/images/explored.svg': terminal({
    title: "explore({ app, host: 'server', runs: 1000, seed: 1 }, test)",
    lines: outputOf('scripts/pictures/explored.mjs').trimEnd().split('\n'),
    kindOf: (line) =>
      /^Run /.test(line)
        ? 'failed'
        : /^It needs/.test(line)
          ? 'needed'
          : /^(nr|log:| {2}INFO)/.test(line)
            ? 'dim'
            : undefined,
  }),
};

for (const [path, wanted] of Object.entries(drawn)) {
  const url = new URL(path, ROOT);
  if (!process.argv.includes('--check')) writeFileSync(url, wanted);
  else if (there(url) !== wanted) {
    console.error(`${path} does not show what it is made from: npm run build && node scripts/pictures.mjs`);
    process.exitCode = 1;
  }
}

/** As `tasktonic diagram` prints it. */
async function diagramOfFirstProgram() {
  const [, program] = PROGRAM.exec(readme);
  const folder = new URL('dist/pictures/', ROOT);
  mkdirSync(folder, { recursive: true });
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  writeFileSync(new URL('talk.js', folder), ts.transpileModule(program, { compilerOptions }).outputText);
  return outputOf('dist/lib/cli.js', 'diagram', 'dist/pictures/talk.js', 'Talk');
}

function outputOf(...words) {
  // One run of one seed, whatever the environment asks of other tests.
  const env = { ...process.env, TASKTONIC_SEED: undefined };
  const { stdout, stderr, status } = spawnSync(process.execPath, words, { cwd: ROOT, encoding: 'utf8', env });
  if (status !== 0) throw new Error(`node ${words.join(' ')} failed: ${stderr}`);
  return stdout;
}

function there(url) {
  try {
    return readFileSync(url, 'utf8');
  } catch {
    return undefined;
  }
}
