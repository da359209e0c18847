// Child processes that are bounded in time, pinned to a core, and gone when the benchmark is, however it ends.
import { spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';

/** @type {Set<import('node:child_process').ChildProcess>} */
const living = new Set();

const present = (/** @type {string} */ tool) => !spawnSync(tool, ['--version'], { stdio: 'ignore' }).error;
const canPin = process.platform === 'linux' && availableParallelism() >= 2 && present('taskset');
const canTie = process.platform === 'linux' && present('setpriv');

/** One core for each process; `both` for one that has two threads. On `any` it is not pinned. */
export const pinning = canPin ? { server: '0', load: '1', both: '0,1' } : null;

/** @typedef {'server' | 'load' | 'both' | 'any'} Cores */

export class Child {
  /** @type {string[]} */
  #lines = [];
  /** @type {((line: string | null) => void)[]} */
  #waiting = [];
  #errors = '';
  #timedOut = false;

  /**
   * @param {string[]} command
   * @param {{ core?: Cores, limitMs: number, stdin?: 'pipe' | 'ignore' }} options
   */
  constructor(command, { core = 'any', limitMs, stdin = 'ignore' }) {
    const full = [
      ...(canTie ? ['setpriv', '--pdeathsig', 'KILL'] : []), // covers the kill -9 that we could not hear
      ...(pinning && core !== 'any' ? ['taskset', '-c', pinning[core]] : []),
      ...command,
    ];
    this.name = command.map((part) => part.split('/').at(-1)).join(' ');
    this.startedAt = process.hrtime.bigint();
    this.process = spawn(full[0], full.slice(1), { stdio: [stdin, 'pipe', 'pipe'] });
    living.add(this.process);
    const limit = setTimeout(() => ((this.#timedOut = true), this.process.kill('SIGKILL')), limitMs);
    this.process.stderr.on('data', (data) => (this.#errors = (this.#errors + data).slice(-2000)));
    this.process.stdin?.on('error', () => {});
    createInterface({ input: this.process.stdout }).on('line', (line) => this.#take(line));
    /** @type {Promise<number | null>} */
    this.ended = new Promise((resolve) => {
      const end = (/** @type {number | null} */ code) => {
        clearTimeout(limit);
        living.delete(this.process);
        for (const waiting of this.#waiting.splice(0)) waiting(null);
        resolve(code);
      };
      this.process.on('error', (error) => ((this.#errors += error.message), end(null)));
      this.process.on('close', end);
    });
  }

  /** @param {string} line */
  #take(line) {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(line);
    else this.#lines.push(line);
  }

  /** The next line of its output as JSON; an error when it ends without one. */
  async json() {
    const gone = this.process.exitCode !== null || this.process.signalCode !== null;
    const line =
      this.#lines.shift() ??
      (gone && !living.has(this.process) ? null : await new Promise((resolve) => this.#waiting.push(resolve)));
    if (line === null)
      throw new Error(`${this.name}: ${this.#timedOut ? 'took too long' : 'ended without a result'}\n${this.#errors}`);
    return JSON.parse(line);
  }

  /** SIGTERM, and SIGKILL for one that does not listen. */
  async stop() {
    if (!living.has(this.process)) return;
    this.process.kill('SIGTERM');
    const last = setTimeout(() => this.process.kill('SIGKILL'), 3000);
    await this.ended;
    clearTimeout(last);
  }
}

export function killAll() {
  for (const child of living) child.kill('SIGKILL');
}

process.on('exit', killAll);
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => {
    killAll();
    process.exit(130);
  });
}
