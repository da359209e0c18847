// The rows of "With your runner" in docs/test/test-without-luck.md, each tried: node scripts/check-runners.mjs <project>
// The first test of that page is run with the row's first line and the row's command, in a project that has the runners.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const project = process.argv[2];
const page = readFileSync(new URL('../docs/test/test-without-luck.md', import.meta.url), 'utf8');
const [, test] = /^<!-- test: mocha -->\n```ts\n(.*?)^```$/ms.exec(page);
const rows = [...page.matchAll(/^\| (\S+) \| (as above|`import .*?`) \| `(.*?)` \|$/gm)];

const failed = rows.filter(([, runner, firstLine, command]) => !passes(runner, firstLine, command));
console.log(`runners: ${rows.length - failed.length} of ${rows.length}`);
process.exitCode = failed.length > 0 || rows.length !== 3 ? 1 : 0;

function passes(runner, firstLine, command) {
  const text =
    firstLine === 'as above' ? test : test.replace(/^import .* from 'mocha';$/m, `${firstLine.slice(1, -1)};`);
  writeFileSync(`${project}/door.test.ts`, text);
  const { stdout, stderr, status } = spawnSync(command, { cwd: project, shell: true, encoding: 'utf8' });
  // A runner that finds no test may end well.
  if (status === 0 && /\b1 pass(ing|ed)|\bpass 1\b/.test(stdout)) return true;
  console.log(`${runner}: ${command}\n${stdout}${stderr}`);
  return false;
}
