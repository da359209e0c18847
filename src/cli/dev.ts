import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { nodeClock } from '../core/time/clock.js';
import { sourceFile } from './source-file.js';

/** Ctrl-C may come twice at once, by the terminal and passed on by npm: within so many ms it is one. */
const SAME_SIGNAL = 250;

/**
 * Runs a Formula, and again each time that a file changes which it has loaded: `node --watch` does it, which ends the app by SIGTERM and
 * waits until it has drained. It runs in a session of its own, so that Ctrl-C comes to the app once and in order, by way of this process.
 *
 * @returns the exit code, once the watching has ended.
 */
export async function dev(file: string, options: readonly string[], say: (text: string) => void): Promise<number> {
  sourceFile(file);
  const flags = ['--watch', '--watch-preserve-output', ...process.execArgv];
  const child = spawn(process.execPath, [...flags, ownProgram(), 'run', file, '--', ...options], {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  say(`tasktonic: runs ${file}, and restarts it when a file that it has loaded changes; Ctrl-C shuts it down\n`);
  let endedBy: NodeJS.Signals | undefined;
  let at = -Infinity;
  const onSignal = (signal: NodeJS.Signals): void => {
    const now = nodeClock.now();
    if (now - at < SAME_SIGNAL) return;
    at = now;
    endedBy = signal;
    // A terminal that closes ends the app as a system does.
    child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const by = endedBy ?? signal;
      // The watcher itself ends as killed where its app has drained.
      if (endedBy !== undefined && (code === 0 || signal === endedBy || code === 128 + constants.signals[endedBy]))
        resolve(0);
      else resolve(code ?? 128 + (by === null ? 0 : constants.signals[by]));
    });
  });
}

/** The program of this package: the one that runs, wherever it lies. */
function ownProgram(): string {
  const { resolve } = createRequire(import.meta.url);
  return join(dirname(resolve('tasktonic/package.json')), 'dist/lib/cli.js');
}
