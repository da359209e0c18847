import { execFile, spawnSync } from 'node:child_process';

/** Where this machine has not all of these programs, prints so and skips the tests. */
export function needsCommands(running: Mocha.Context, ...names: readonly string[]): void {
  const missing = names.filter((name) => spawnSync(name, ['--version']).error !== undefined);
  if (missing.length === 0) return;
  console.log(`      skipped: this machine has no ${missing.join(' and no ')}`);
  running.skip();
}

/** What a program of this machine has written, and the code that it ended with. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a program to its end. */
export async function runCommand(name: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(name, args, { timeout: 20_000 }, (error, out, err) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, out, err });
    });
  });
}
