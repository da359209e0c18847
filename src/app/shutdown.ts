import type { AnyTonic } from '../core/any-tonic.js';
import { fail } from '../core/errors.js';
import { countedNames } from '../core/features/counted-names.js';
import { abort } from '../core/life.js';
import type { Runtime } from '../core/runtime.js';
import { runAs } from '../core/running.js';
import { tellShutdown } from '../core/shutdown.js';
import type { ClockTimer } from '../core/time/clock.js';

/** The duration of each phase, in ms. */
export interface ShutdownTimes {
  readonly drainDelay: number;
  readonly grace: number;
}

/**
 * An app started by npm gets Ctrl-C twice: from the terminal and from npm. Within this time, in ms, both count as one.
 */
const SAME_CTRL_C = 250;

/**
 * The end of an app by a signal, one phase after the other:
 *
 * ```text
 * running -> delaying -> finishing -> ended, or cut
 *            onShutdown; listeners  listeners close,   what is left
 *            accept still            connections drain  is aborted
 *            |-- drainDelay --------|-- grace ---------|
 * ```
 *
 * A further signal ends the delay; where there is none, or it is over, it ends the process at once.
 */
export class Shutdown {
  /** The signal that ends the app. */
  signal: NodeJS.Signals | undefined = undefined;
  graceExceeded = false;
  readonly #runtime: Runtime;
  readonly #main: AnyTonic;
  readonly #times: ShutdownTimes;
  readonly #begins: () => void;
  #phase: 'running' | 'delaying' | 'finishing' = 'running';
  #askedAt = -Infinity;
  #timer: ClockTimer;

  /** @param begins called at the first signal, before Tonics are told. */
  constructor(runtime: Runtime, main: AnyTonic, times: ShutdownTimes, begins: () => void) {
    this.#runtime = runtime;
    this.#main = main;
    this.#times = times;
    this.#begins = begins;
  }

  /** @returns whether the app ends in order; `false` if the process must end at once. */
  ask(signal: NodeJS.Signals): boolean {
    if (this.#isSameCtrlC(signal)) return true;
    switch (this.#phase) {
      case 'running':
        this.#begin(signal, this.#times.drainDelay, false);
        return true;
      case 'delaying':
        this.#finish();
        return true;
      case 'finishing':
        return false;
    }
  }

  /** Another process replaces this one, and has its listening sockets. */
  handOver(drainDelay: number): void {
    if (this.#phase === 'running' && this.signal === undefined) this.#begin('SIGUSR2', drainDelay, true);
  }

  close(): void {
    this.#runtime.clock.clearTimer(this.#timer);
  }

  #isSameCtrlC(signal: NodeJS.Signals): boolean {
    if (signal !== 'SIGINT') return false;
    const now = this.#runtime.clock.now();
    const isSame = this.signal === 'SIGINT' && now - this.#askedAt < SAME_CTRL_C;
    if (!isSame) this.#askedAt = now;
    return isSame;
  }

  #begin(signal: NodeJS.Signals, drainDelay: number, upgrade: boolean): void {
    this.signal = signal;
    this.#begins();
    tellShutdown(this.#runtime, { signal, drainDelay, upgrade });
    if (drainDelay === 0) return this.#finish();
    this.#phase = 'delaying';
    const { log, clock } = this.#runtime;
    log.line(this.#main, 'info', undefined, `${signal}: the app goes on for ${drainDelay} ms, then it finishes`, []);
    this.#timer = clock.setTimer(this.#finish, drainDelay);
  }

  readonly #finish = (): void => {
    this.close();
    this.#phase = 'finishing';
    // An AbortSignal may be aborted in a sparkle, and only its base may finish a Tonic: so it finishes itself.
    runAs(this.#main, () => this.#main.ttsc__finish());
    this.#timer = this.#runtime.clock.setTimer(this.#cut, this.#times.grace);
  };

  readonly #cut = (): void => {
    this.graceExceeded = true;
    const { log } = this.#runtime;
    const ms = this.#times.grace;
    const classes: string[] = [];
    const counted = (): Error =>
      fail('TT_GRACE_EXCEEDED', { ms, signal: this.signal, count: classes.length, tonics: countedNames(classes) });
    abort(this.#main, (tonic) => {
      classes.push(tonic._ttPlan.className);
      log.warn(tonic, fail('TT_ABORTED', { tonic: tonic.name, phase: 'its end', ms }));
      if (tonic === this.#main) log.warn(tonic, counted());
    });
  };
}
