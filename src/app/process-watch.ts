import { constants } from 'node:os';
import type { AnyTonic } from '../core/any-tonic.js';
import type { ClockTimer } from '../core/time/clock.js';
import { countedNames } from '../core/guests/counted-names.js';
import { fail } from '../core/errors.js';
import { abort } from '../core/life.js';
import type { Runtime } from '../core/runtime.js';

/** How soon after the end a process that goes on is worth a line, in ms. */
const STILL_OPEN_AFTER = 1_000;

/**
 * What a running app listens to on its process: SIGINT and SIGTERM finish it in order, within a grace period; a second
 * signal ends it at once. Where it is to, SIGHUP has the configuration read again. What nobody caught is logged, and then goes the way that Node gives it.
 */
export class ProcessWatch {
  /** The signal that the app was finished by. */
  signal: NodeJS.Signals | undefined = undefined;
  graceExceeded = false;
  readonly #runtime: Runtime;
  readonly #main: AnyTonic;
  readonly #signals: readonly NodeJS.Signals[];
  readonly #grace: number;
  #deadline: ClockTimer;

  /** @param sighup whether SIGHUP has the configuration read again. */
  constructor(runtime: Runtime, main: AnyTonic, signals: boolean, grace: number, sighup = false) {
    this.#runtime = runtime;
    this.#main = main;
    this.#signals = signals ? ['SIGINT', 'SIGTERM'] : [];
    this.#grace = grace;
    for (const signal of this.#signals) process.on(signal, this.#onSignal);
    if (sighup) process.on('SIGHUP', this.#onHangup);
    process.on('uncaughtExceptionMonitor', this.#onUncaught);
    process.on('exit', this.#onExit);
  }

  close(): void {
    for (const signal of this.#signals) process.off(signal, this.#onSignal);
    process.off('SIGHUP', this.#onHangup);
    process.off('uncaughtExceptionMonitor', this.#onUncaught);
    process.off('exit', this.#onExit);
    this.#runtime.clock.clearTimer(this.#deadline);
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    if (this.signal !== undefined) process.exit(128 + constants.signals[signal]);
    this.signal = signal;
    this.#main.ttsc__finish();
    this.#deadline = this.#runtime.clock.setTimer(this.#onDeadline, this.#grace);
  };

  readonly #onHangup = (): void => this.#runtime.reloadConfiguration();

  readonly #onDeadline = (): void => {
    this.graceExceeded = true;
    const { log } = this.#runtime;
    const ms = this.#grace;
    const classes: string[] = [];
    const counted = (): Error =>
      fail('TT_GRACE_EXCEEDED', { ms, signal: this.signal, count: classes.length, tonics: countedNames(classes) });
    abort(this.#main, (tonic) => {
      classes.push(tonic._ttPlan.className);
      log.warn(tonic, fail('TT_ABORTED', { tonic: tonic.name, phase: 'its end', ms }));
      if (tonic === this.#main) log.warn(tonic, counted());
    });
  };

  readonly #onUncaught = (error: Error, origin: string): void => {
    this.#runtime.log.uncaught(error, origin);
  };

  /** `process.exit()` in a sparkle: what that has logged is not lost. */
  readonly #onExit = (): void => this.#runtime.log.writeOpen();
}

/** Names in the log what keeps the process open although the app has ended; holds nothing open itself. */
export function warnIfHeldOpen({ clock, log }: Runtime): void {
  if (!log.isOn) return;
  const look = (): void => {
    const holding = process.getActiveResourcesInfo().filter((kind) => kind !== 'TTYWrap' && kind !== 'PipeWrap');
    if (holding.length > 0) log.heldOpen(holding);
  };
  clock.setTimer(look, STILL_OPEN_AFTER, false);
}
