import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { HeldRuns } from '../app/held-runs.js';
import { CliError } from './cli-error.js';
import { diagramsOf } from './diagram.js';
import { ownVersion } from './own-version.js';

const HELP = `Usage: tasktonic <command>

  tasktonic new <folder>             makes a project with a service and its tests
  tasktonic run <file> [options]     runs the Formula that a file exports; the options are those of the app, --help too
  tasktonic dev <file> [options]     the same, and again on each change of a file that it has loaded
  tasktonic upgrade <pid>            has a new process of the program take over, without a connection refused
  tasktonic diagram <file> [Class]   prints the state machine of a Tonic as a Mermaid state diagram;
                                     of all Tonics of the file, as Markdown, where no class is named

Options of diagram:
  -o, --output <file>   writes it to a file: .mmd for one diagram, .md for any number
  -h, --help            prints this
  -v, --version         prints which version this is

For a diagram the file is imported; a Formula that it runs as it is imported does not run.
`;

/** Where a command writes. */
export interface Streams {
  out(text: string): void;
  err(text: string): void;
}

/**
 * Carries a command out; returns the exit code: 0, 1 where it cannot be done, 2 where it was typed wrongly.
 *
 * @param held no Formula runs meanwhile.
 */
export async function runCli(words: readonly string[], { out, err }: Streams, held: HeldRuns): Promise<number> {
  const typed = read(words);
  if (typeof typed === 'string') {
    err(`tasktonic: ${typed}\n\n${HELP}`);
    return 2;
  }
  const { help, version, output, positionals } = typed;
  const [command, file, className, ...more] = positionals;
  if (help || (command === 'help' && file === undefined)) {
    out(HELP);
    return 0;
  }
  if (version) {
    out(`${ownVersion()}\n`);
    return 0;
  }
  const problem = problemWith(command, file, more);
  if (problem !== undefined) {
    err(`tasktonic: ${problem}\n\n${HELP}`);
    return 2;
  }
  try {
    const text = await diagramsOf({ file: file!, className, output }, held);
    if (output === undefined) out(text);
    else writeFileSync(output, text);
    return 0;
  } catch (thrown) {
    if (!(thrown instanceof CliError || hasCode(thrown))) throw thrown;
    err(`tasktonic: ${thrown.message}\n`);
    return 1;
  }
}

interface Typed {
  readonly help: boolean;
  readonly version: boolean;
  readonly output: string | undefined;
  readonly positionals: readonly string[];
}

function read(words: readonly string[]): Typed | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
        output: { type: 'string', short: 'o' },
      },
    });
    return { help: values.help === true, version: values.version === true, output: values.output, positionals };
  } catch (thrown) {
    return (thrown as Error).message;
  }
}

function problemWith(
  command: string | undefined,
  file: string | undefined,
  more: readonly string[],
): string | undefined {
  if (command === undefined) return 'the command is missing';
  if (command !== 'diagram') return `there is no command ${command}`;
  if (file === undefined) return 'the file is missing: tasktonic diagram <file> [Class]';
  return more.length === 0 ? undefined : `the argument ${more[0]} is one too many: give a file, and at most one class`;
}

/** An error of the system, or of TaskTonic, which may be another copy of it. */
function hasCode(thrown: unknown): thrown is Error {
  return thrown instanceof Error && typeof (thrown as NodeJS.ErrnoException).code === 'string';
}
