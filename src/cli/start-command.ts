import { CliError } from './cli-error.js';
import { dev } from './dev.js';
import { newProject } from './new.js';
import type { Streams } from './run-cli.js';
import { run } from './run.js';
import { upgrade } from './upgrade.js';

const COMMANDS: Readonly<Record<string, string>> = {
  new: '<folder>',
  run: '<file> [options]',
  dev: '<file> [options]',
  upgrade: '<pid>',
};

/** What those are given that take nothing else. */
const TARGETS: Readonly<Record<string, string>> = { new: 'folder', upgrade: 'number of the process' };

/** Whether the words are a command that makes, runs or tells something: then `startCommand` carries it out. */
export function isStartCommand([command, first]: readonly string[]): boolean {
  return command !== undefined && Object.hasOwn(COMMANDS, command) && first !== '--help' && first !== '-h';
}

/**
 * Carries such a command out; returns the exit code, or `undefined` where the app that it has run has set that itself.
 * What the app itself throws goes on.
 */
export async function startCommand(words: readonly string[], { out, err }: Streams): Promise<number | undefined> {
  const [command = '', target, ...rest] = words;
  const how = `tasktonic ${command} ${COMMANDS[command]}`;
  const wrong = (problem: string): number => {
    err(`tasktonic: ${problem}: ${how}\n`);
    return 2;
  };
  if (target === undefined || target.startsWith('-')) return wrong(`the ${TARGETS[command] ?? 'file'} is missing`);
  if (TARGETS[command] !== undefined && rest.length > 0) return wrong(`${rest[0]} is too much`);
  const options = rest[0] === '--' ? rest.slice(1) : rest;
  try {
    if (command === 'new') out(await newProject(target));
    else if (command === 'upgrade') out(upgrade(target));
    else if (command === 'dev') return await dev(target, options, err);
    else return void (await run(target, options));
    return 0;
  } catch (thrown) {
    if (!(thrown instanceof CliError)) throw thrown;
    err(`tasktonic: ${thrown.message}\n`);
    return 1;
  }
}
