#!/usr/bin/env node
import '../compose.js';
import { holdRuns } from '../app/held-runs.js';
import { runCli } from './run-cli.js';
import { isStartCommand, startCommand } from './start-command.js';

const words = process.argv.slice(2);
const streams = { out: writer(process.stdout), err: writer(process.stderr) };
if (isStartCommand(words)) process.exitCode = (await startCommand(words, streams)) ?? process.exitCode;
else {
  const code = await runCli(words, streams, holdRuns());
  // What the imported module has opened does not keep the command.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
}

function writer(stream: NodeJS.WriteStream): (text: string) => void {
  return (text) => void stream.write(text);
}
