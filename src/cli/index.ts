#!/usr/bin/env node
import '../compose.js';
import { holdRuns } from '../app/held-runs.js';
import { runCli } from './run-cli.js';

const held = holdRuns();
const code = await runCli(process.argv.slice(2), { out: writer(process.stdout), err: writer(process.stderr) }, held);
// What the imported module has opened does not keep the command.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));

function writer(stream: NodeJS.WriteStream): (text: string) => void {
  return (text) => void stream.write(text);
}
