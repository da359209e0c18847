import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectTo, freePort } from './peers.js';

/** Debian has it beside what only the superuser needs. */
const PROGRAMS = ['haproxy', '/usr/sbin/haproxy'];
const program = PROGRAMS.find((name) => spawnSync(name, ['-v']).status === 0);

/** Where this machine has no haproxy, prints so and skips the tests. */
export function needsHaproxy(running: Mocha.Context): void {
  if (program !== undefined) return;
  console.log('      skipped: this machine has no haproxy');
  running.skip();
}

const running = new Set<{ readonly child: ChildProcess; readonly folder: string }>();

const DEFAULTS = `defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
`;

/**
 * Starts a haproxy with one port and the servers behind it: with the options of each, and with more lines between.
 * @returns its port.
 */
export async function haproxy(parts: {
  readonly bind?: string;
  readonly more?: string;
  readonly server: string | readonly string[];
}): Promise<number> {
  const [port, probe] = [await freePort(), await freePort()];
  const folder = mkdtempSync(join(tmpdir(), 'haproxy-'));
  const file = join(folder, 'haproxy.cfg');
  const servers = [parts.server].flat().map((server, at) => `  server there${at} ${server}\n`);
  const front = `listen here\n  bind 127.0.0.1:${port} ${parts.bind ?? ''}\n  ${parts.more ?? ''}\n${servers.join('')}`;
  // Bound after all others: once it can be connected to, they can.
  const ready = `listen ready\n  bind 127.0.0.1:${probe}\n  tcp-request connection reject\n`;
  writeFileSync(file, `${DEFAULTS}\n${front}\n${ready}`);
  const child = spawn(program!, ['-db', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += String(text)));
  running.add({ child, folder });
  while (child.exitCode === null) {
    try {
      await connectTo(probe);
      return port;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  throw new Error(`haproxy ended: ${said}`);
}

/** Ends those that were started. */
export async function endHaproxies(): Promise<void> {
  for (const { child, folder } of running) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.kill('SIGKILL')) await ended;
    rmSync(folder, { recursive: true, force: true });
  }
  running.clear();
}
