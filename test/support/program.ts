import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { built } from './built.js';

/** How a program ended, and what it wrote. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: readonly string[];
  readonly err: string;
}

/** A TypeScript program of a test that runs in a process of its own. */
export class Program {
  readonly #child: ChildProcess;
  readonly #out: string[] = [];
  readonly #lines: NodeJS.EventEmitter;
  #err = '';
  readonly #exit: Promise<unknown[]>;

  /**
   * @param url of the program, such as `new URL('./programs/app.ts', import.meta.url)`.
   * @param by the command, with its arguments, that starts Node.
   */
  constructor(
    url: URL,
    args: readonly string[] = [],
    nodeOptions: readonly string[] = [],
    by: readonly string[] = [],
    env: NodeJS.ProcessEnv = process.env,
  ) {
    const [command, ...words] = [...by, process.execPath, ...nodeOptions, fileURLToPath(built(url.href)), ...args];
    this.#child = spawn(command!, words, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#lines = createInterface({ input: this.#child.stdout! }).on('line', (line) => this.#out.push(line));
    this.#child.stderr!.on('data', (data: Buffer) => (this.#err += data.toString()));
    this.#exit = once(this.#child, 'close');
  }

  /** Resolves when it has written this line, or one like it. */
  async wrote(line: string | RegExp): Promise<string> {
    const ended = this.#exit.then(() => {
      throw new Error(`it ended without "${String(line)}": ${[...this.#out, this.#err].join('\n')}`);
    });
    ended.catch(() => {});
    const isIt = (written: string): boolean => (typeof line === 'string' ? written === line : line.test(written));
    for (;;) {
      const written = this.#out.find(isIt);
      if (written !== undefined) return written;
      await Promise.race([once(this.#lines, 'line'), ended]);
    }
  }

  /** Resolves when it has said this on stderr. */
  async complained(text: string): Promise<void> {
    const ended = this.#exit.then(() => {
      throw new Error(`it ended without "${text}" on stderr: ${this.#err}`);
    });
    ended.catch(() => {});
    while (!this.#err.includes(text)) await Promise.race([once(this.#child.stderr!, 'data'), ended]);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves when it has ended. */
  async exit(): Promise<Exit> {
    const [code, signal] = (await this.#exit) as [number | null, NodeJS.Signals | null];
    return { code, signal, out: this.#out, err: this.#err };
  }
}
