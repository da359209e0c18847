import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { built } from '../../support/built.js';

export interface Message {
  readonly kind: string;
  readonly [field: string]: unknown;
}

export interface ProgramOptions {
  /** What it is told to do. */
  readonly args?: readonly string[];
  /** The most file descriptors that it may have (`ulimit -n`). */
  readonly descriptors?: number;
  /** For Node itself. */
  readonly flags?: readonly string[];
}

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const programs = new Set<Program>();

/** A program of `test/robustness/programs`, run as a process of its own. It imports `tasktonic` as a user's does: the built package. */
export class Program {
  readonly ended: Promise<Ended>;
  /** All that it wrote, standard output and errors together. */
  output = '';
  readonly #process: ChildProcess;
  readonly #messages: Message[] = [];
  readonly #waiting = new Set<() => void>();
  #gone = false;

  constructor(name: string, { args = [], descriptors, flags = [] }: ProgramOptions = {}) {
    const program = fileURLToPath(built(new URL(`../programs/${name}.ts`, import.meta.url).href));
    const command = [process.execPath, ...flags, program, ...args];
    const limited =
      descriptors === undefined ? command : ['bash', '-c', `ulimit -n ${descriptors}; exec "$@"`, 'bash', ...command];
    this.#process = spawn(limited[0]!, limited.slice(1), { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    for (const stream of [this.#process.stdout!, this.#process.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
    this.#process.on('message', (message: Message) => {
      this.#messages.push(message);
      for (const look of this.#waiting) look();
    });
    this.ended = once(this.#process, 'close').then(([code, signal]: unknown[]) => {
      this.#gone = true;
      programs.delete(this);
      for (const look of this.#waiting) look();
      return { code, signal } as Ended;
    });
    programs.add(this);
  }

  get pid(): number {
    return this.#process.pid!;
  }

  /** Resolves with the next message of this kind; each is heard once. */
  async heard(kind: string): Promise<Message> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const at = this.#messages.findIndex((message) => message.kind === kind);
        if (at < 0 && !this.#gone) return;
        this.#waiting.delete(look);
        if (at < 0) reject(new Error(`it ended before it told "${kind}":\n${this.output}`));
        else resolve(this.#messages.splice(at, 1)[0]!);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Asks it something; resolves with the answer. */
  async ask(kind: string): Promise<Message> {
    this.#process.send({ kind });
    return this.heard(kind);
  }

  /** The port that it told. */
  async port(): Promise<number> {
    return (await this.heard('listening'))['port'] as number;
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#process.kill(signal);
  }
}

/** Ends what a test has left. */
export async function endPrograms(): Promise<void> {
  for (const program of programs) {
    program.kill();
    await program.ended;
  }
}
