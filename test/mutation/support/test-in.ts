import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What became of tests. */
export interface Tested {
  /** How many ran. */
  readonly ran: number;
  /** The sentences of those that failed, and why. */
  readonly failed: readonly string[];
}

interface Report {
  readonly stats: { readonly tests: number; readonly pending: number };
  readonly failures: readonly { readonly fullTitle: string; readonly err: { readonly message?: string } }[];
}

/** No test of one behaviour takes longer than this, in ms, unless it hangs: then it has failed. */
const LONGEST = 10_000;
const REPORT = 'tested.json';
const MOCHA = [
  'node_modules/mocha/bin/mocha.js',
  ...['--no-config', '--exit', '--timeout', String(LONGEST)],
  ...['--extension', 'ts', '--node-option', 'no-warnings', '--node-option', 'loader=./test/support/loader.mjs'],
  ...['--reporter', 'json', '--reporter-option', `output=${REPORT}`],
];

/** A test: its file, and its sentence or the part of it that is its own. */
export interface TestPlace {
  readonly test: string;
  readonly sentence: string;
}

/** Runs some tests, in a process of its own, on the sources in a folder. */
export async function testIn(folder: string, places: readonly TestPlace[]): Promise<Tested> {
  const files = new Set(places.map(({ test }) => test));
  const any = places.map(({ sentence }) => sentence.replace(/[^\w ]/g, '\\$&')).join('|');
  const args = [...MOCHA, '--grep', any, ...files];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let err = '';
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  await once(child, 'close');
  // One that does not even load has told nothing.
  const text = await readFile(join(folder, REPORT), 'utf8').catch(() => {
    throw new Error(`${[...files].join()} did not run: ${err}`);
  });
  await rm(join(folder, REPORT));
  const { stats, failures } = JSON.parse(text) as Report;
  const failed = failures.map(({ fullTitle, err: { message = '' } }) => `${fullTitle}: ${message.split('\n')[0]}`);
  return { ran: stats.tests - stats.pending, failed };
}
