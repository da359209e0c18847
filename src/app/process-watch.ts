import { nodeOs } from '../core/lazy-node.js';
import type { Runtime } from '../core/runtime.js';
import type { Shutdown } from './shutdown.js';
import type { Upgrader } from './upgrade/upgrader.js';

/** If the process is still running this long after the end of the app, the log says why; in ms. */
const STILL_OPEN_AFTER = 1_000;

/**
 * What a running app listens to on its process: SIGINT and SIGTERM have it {@link Shutdown} in order, or end the process at once. Where it is to, SIGHUP has the configuration read again, and
 * SIGUSR2 begins an upgrade. What nobody caught is logged, and then goes the way that Node gives it.
 */
export class ProcessWatch {
  readonly #runtime: Runtime;
  readonly #shutdown: Shutdown | undefined;
  readonly #upgrader: Upgrader | undefined;
  readonly #signals: readonly NodeJS.Signals[];

  /**
   * @param shutdown what SIGINT and SIGTERM begin; `undefined` where they are left to others.
   * @param sighup whether SIGHUP has the configuration read again.
   * @param upgrader what SIGUSR2 asks; `undefined` where that signal is left to others.
   */
  constructor(runtime: Runtime, shutdown?: Shutdown, sighup = false, upgrader?: Upgrader) {
    this.#runtime = runtime;
    this.#shutdown = shutdown;
    this.#upgrader = upgrader;
    this.#signals = shutdown === undefined ? [] : ['SIGINT', 'SIGTERM'];
    for (const signal of this.#signals) process.on(signal, this.#onSignal);
    if (sighup) process.on('SIGHUP', this.#onHangup);
    if (upgrader !== undefined) process.on('SIGUSR2', this.#onUpgrade);
    process.on('uncaughtExceptionMonitor', this.#onUncaught);
    process.on('exit', this.#onExit);
  }

  close(): void {
    for (const signal of this.#signals) process.off(signal, this.#onSignal);
    process.off('SIGHUP', this.#onHangup);
    process.off('SIGUSR2', this.#onUpgrade);
    this.#upgrader?.close();
    process.off('uncaughtExceptionMonitor', this.#onUncaught);
    process.off('exit', this.#onExit);
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    if (this.#shutdown?.ask(signal) === false) process.exit(128 + nodeOs().constants.signals[signal]);
  };

  readonly #onHangup = (): void => this.#runtime.reloadConfiguration();

  readonly #onUpgrade = (): void => this.#upgrader?.ask();

  readonly #onUncaught = (error: Error, origin: string): void => {
    this.#runtime.log.uncaught(error, origin);
  };

  /** Writes what a sparkle has logged before it calls `process.exit()`. */
  readonly #onExit = (): void => this.#runtime.log.writeOpen();
}

/** Logs what keeps the process running although the app has ended; this does not keep it running itself. */
export function warnIfHeldOpen({ clock, log }: Runtime): void {
  if (!log.isOn) return;
  const look = (): void => {
    const holding = process.getActiveResourcesInfo().filter((kind) => kind !== 'TTYWrap' && kind !== 'PipeWrap');
    if (holding.length > 0) log.heldOpen(holding);
  };
  clock.setTimer(look, STILL_OPEN_AFTER, false);
}
