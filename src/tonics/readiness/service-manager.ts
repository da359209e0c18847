import { nodeChildProcess } from '../../core/lazy-node.js';

/** Starts the helper; tells how it ended. */
export type RunHelper = (words: readonly string[], env: NodeJS.ProcessEnv, ended: (problem?: string) => void) => void;

/** It comes with systemd, and sends what it is given as one datagram to a UNIX socket; Node has no such sockets. */
const HELPER = 'systemd-notify';

interface Message {
  readonly words: readonly string[];
  readonly failed: (problem: string) => void;
  readonly told: () => void;
}

/** What a process is told, and tells, of who manages it: sd_notify(3), sd_watchdog_enabled(3). */
export class ServiceManager {
  readonly #env: NodeJS.ProcessEnv;
  readonly #pid: number;
  readonly #run: RunHelper;
  #socket: string | undefined;
  #watchdog: number | undefined;
  #isRead = false;
  /** What waits while a helper runs: one at a time, so that what was said first is heard first. */
  readonly #waiting: Message[] = [];
  #busy = false;

  constructor(env: NodeJS.ProcessEnv, pid: number, run: RunHelper = runHelper) {
    this.#env = env;
    this.#pid = pid;
    this.#run = run;
  }

  /** Whether somebody waits to be told. */
  get listens(): boolean {
    this.#read();
    return this.#socket !== undefined;
  }

  /** It wants to hear of life as often as this, in ms; `undefined` where it does not. */
  get watchdog(): number | undefined {
    this.#read();
    return this.#watchdog;
  }

  /**
   * The variables are removed, and given to the helper alone: else each child could speak for this process.
   */
  #read(): void {
    if (this.#isRead) return;
    this.#isRead = true;
    const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: usec, WATCHDOG_PID: of } = this.#env;
    this.#socket = socket === '' ? undefined : socket;
    const isOurs = of === undefined || Number(of) === this.#pid;
    if (this.#socket !== undefined && isOurs && Number(usec) > 0) this.#watchdog = Number(usec) / 1_000;
    for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete this.#env[name];
  }

  /**
   * Tells it that, such as `READY=1`; nothing where nobody listens.
   * @param told called when that is done.
   */
  tell(words: readonly string[], failed: (problem: string) => void, told: () => void = () => {}): void {
    if (!this.listens) return told();
    this.#waiting.push({ words, failed, told });
    return this.#next();
  }

  /** What a process that replaces this one must find in its environment. */
  get environment(): NodeJS.ProcessEnv {
    this.#read();
    if (this.#socket === undefined) return {};
    const usec = this.#watchdog === undefined ? {} : { WATCHDOG_USEC: String(this.#watchdog * 1_000) };
    return { NOTIFY_SOCKET: this.#socket, ...usec };
  }

  #next(): void {
    const next = this.#busy ? undefined : this.#waiting.shift();
    if (next === undefined) return;
    this.#busy = true;
    this.#run(next.words, { ...this.#env, NOTIFY_SOCKET: this.#socket }, (problem) => {
      this.#busy = false;
      if (problem === undefined) next.told();
      else next.failed(problem);
      this.#next();
    });
  }
}

function runHelper(words: readonly string[], env: NodeJS.ProcessEnv, ended: (problem?: string) => void): void {
  nodeChildProcess().execFile(HELPER, words, { env }, (error, _out, err) => {
    if (error === null) ended();
    else ended(err.trim() === '' ? error.message : err.trim());
  });
}

/** That of this process. */
export const serviceManager = new ServiceManager(process.env, process.pid);
