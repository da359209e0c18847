import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);

/** Where this machine has no Chromium, prints so and skips the tests. */
export function needsChromium(running: Mocha.Context): void {
  if (program !== undefined) return;
  console.log('      skipped: this machine has no chromium');
  running.skip();
}

const running = new Set<{ readonly child: ChildProcess; readonly folder: string }>();

/** Opens a page in a Chromium of its own, without a window. */
export function browse(url: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'chromium-'));
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'];
  const all = [...flags, `--user-data-dir=${folder}`, '--remote-debugging-port=0', url];
  const child = spawn(program!, all, { stdio: 'ignore', detached: true });
  running.add({ child, folder });
}

/** Ends all that were started. */
export async function closeBrowsers(): Promise<void> {
  for (const { child, folder } of running) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    // It has processes of its own, which are of its group.
    if (child.exitCode === null) process.kill(-child.pid!, 'SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
  running.clear();
}
