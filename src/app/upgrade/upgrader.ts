import type { ChildProcess } from 'node:child_process';
import { type ErrorCode, fail, toError } from '../../core/errors.js';
import { nodeChildProcess } from '../../core/lazy-node.js';
import type { Runtime } from '../../core/runtime.js';
import { sockets } from '../../core/socket-handover.js';
import type { ClockTimer } from '../../core/time/clock.js';
import { appPorts } from '../app-ports.js';
import type { Shutdown } from '../shutdown.js';
import { tellProblem } from '../tell-problem.js';
import { program } from './program.js';
import { type OfPredecessor, type OfSuccessor, REPLACES, kindOf, saying } from './upgrade-messages.js';

/** The time limits of an upgrade, in ms. */
export interface UpgradeTimes {
  readonly readyTimeout: number;
  readonly drainDelay: number;
}

type Child = ChildProcess & { readonly pid: number };

/**
 * The upgrade of a program that runs: it starts its new process, gives that the listening sockets once it is ready, and drains. The sockets
 * are one for both processes meanwhile, so no peer is refused; until the new one has them all nothing changes here.
 *
 * ```text
 * serving -> starting ----------> giving ---------------> drained
 *            the new process      it is ready: the        it has them: nothing is accepted here,
 *            starts               sockets go there        connections go on and end
 *               '-- it fails, or is not ready in time: serving
 * ```
 */
export class Upgrader {
  readonly #runtime: Runtime;
  readonly #shutdown: Shutdown;
  readonly #times: UpgradeTimes;
  #state: 'serving' | 'starting' | 'giving' | 'drained' = 'serving';
  #child: Child | undefined;
  /** What the new process waits for, by its last message. */
  #waitsFor = 'nothing that it has told';
  #timer: ClockTimer;

  constructor(runtime: Runtime, shutdown: Shutdown, times: UpgradeTimes) {
    this.#runtime = runtime;
    this.#shutdown = shutdown;
    this.#times = times;
  }

  /** Begins an upgrade; if that is not possible, the log says why. */
  ask(): void {
    const why = this.#whyNot;
    if (why !== undefined) return this.#tell('TT_PROCESS_UPGRADE_REFUSED', why);
    try {
      this.#start();
    } catch (thrown) {
      this.#failed(toError(thrown).message);
    }
  }

  /** The app ends before the new process has taken over: the new process is ended, too. */
  abandon(): void {
    if (this.#state === 'starting' || this.#state === 'giving') this.#failed('this process ends');
  }

  close(): void {
    this.#runtime.clock.clearTimer(this.#timer);
    const child = this.#child;
    if (child?.connected === true) child.disconnect();
  }

  get #whyNot(): string | undefined {
    if (this.#state === 'drained' || this.#runtime.shutdown !== undefined) return 'this process ends already';
    if (this.#state !== 'serving') return `one is under way, with process ${this.#child?.pid}`;
    if (program() === undefined) return 'the program was not started from a file';
    if (process.pid === 1) return 'this is process 1, with which its container ends: start a new container beside it';
    return undefined;
  }

  #start(): void {
    const { file, args } = program()!;
    this.#state = 'starting';
    const child = nodeChildProcess().fork(file, args, {
      cwd: process.cwd(),
      env: { ...process.env, ...appPorts.serviceEnvironment?.(), [REPLACES]: String(process.pid) },
      execArgv: process.execArgv,
      // The new process outlives this one, and must not get the signals of this one's terminal.
      detached: true,
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    }) as Child;
    this.#child = child;
    // The child must not keep this process running.
    child.unref();
    child.channel?.unref();
    child.on('error', (error) => this.#over(child, `the new process could not be started: ${error.message}`));
    child.on('exit', (code, signal) =>
      this.#over(child, `the new process ended with ${signal ?? `exit code ${code}`} before it had taken over`),
    );
    child.on('message', (message) => this.#heard(child, message));
    this.#timer = this.#runtime.clock.setTimer(() => this.#tooLate(), this.#times.readyTimeout);
    this.#line(`process ${child.pid} is started, to replace this one`);
  }

  #heard(child: Child, message: unknown): void {
    if (child !== this.#child) return;
    const kind = kindOf<OfSuccessor>(message);
    const { what = '' } = message as { readonly what?: string };
    if (kind === 'hello') this.#say(child, saying('sockets', { sockets: sockets.handover!.offers() }));
    else if (kind === 'waits') this.#waitsFor = what;
    else if (kind === 'failed') this.#over(child, `the new process has failed: ${what}`);
    else if (kind === 'ready' && this.#state === 'starting') this.#give(child);
    else if (kind === 'taken') this.#drain(child);
  }

  #give(child: Child): void {
    this.#state = 'giving';
    for (const { id } of sockets.handover!.offers())
      for (const handle of sockets.handover!.handlesOf(id)) this.#say(child, saying('socket', { id }), handle);
    this.#say(child, saying('all'));
  }

  #drain(child: Child): void {
    this.#state = 'drained';
    this.close();
    this.#line(`process ${child.pid} has taken over the listening sockets`);
    this.#shutdown.handOver(this.#times.drainDelay);
  }

  #tooLate(): void {
    const after = `within ${this.#times.readyTimeout} ms (upgrade/readyTimeout)`;
    this.#failed(`the new process was not ready ${after}; it waits for ${this.#waitsFor}`);
  }

  #over(child: Child, why: string): void {
    if (child === this.#child && this.#state !== 'drained') this.#failed(why);
  }

  #failed(why: string): void {
    const child = this.#child;
    this.close();
    this.#state = 'serving';
    this.#child = undefined;
    this.#waitsFor = 'nothing that it has told';
    // The new process has accepted nothing, or this process still accepts, too.
    child?.kill('SIGKILL');
    this.#tell('TT_PROCESS_UPGRADE_FAILED', why);
  }

  #say(child: Child, message: OfPredecessor, handle?: object): void {
    // An error means that the new process has ended, which is noticed by an event of its own.
    child.send(message, handle as never, {}, () => {});
  }

  #tell(code: ErrorCode & `TT_PROCESS_UPGRADE_${string}`, why: string): void {
    tellProblem(this.#runtime, fail(code, { why }));
  }

  #line(text: string): void {
    this.#runtime.log.line(this.#runtime.main!, 'info', undefined, text, []);
  }
}
