import * as v from 'valibot';
import { successor } from '../../app/upgrade/successor.js';
import { checkOptionsOf, takesOptions } from '../../core/options/class-options.js';
import { fail } from '../../core/errors.js';
import { settingsIn, text } from '../../core/options/option-schema.js';
import { type TonicOptions, TonicSettings, tonicOptions } from '../../core/options/tonic-options.js';
import { ofFramework } from '../../core/plan/plan.js';
import { TimerRepeat } from '../../core/time/timer.js';
import { Tonic } from '../../core/tonic.js';
import { monotonicMicroseconds } from '../../selector/node/monotonic.js';
import { PidFile } from './pid-file.js';
import { type ServiceManager, serviceManager } from './service-manager.js';

export const readinessSchema = v.strictObject({
  ...tonicOptions,
  /** A file with the process id, which exists from `ttsc__ready()` until the process exits. */
  pidFile: v.optional(text),
});

/** Options of a {@link Readiness}. */
export type ReadinessOptions = Readonly<v.InferInput<typeof readinessSchema>> & TonicOptions;

/**
 * Tells who manages this process how far it is: systemd (sd_notify(3)), by the program `systemd-notify`, and whoever looks for a PID file.
 *
 * - Where systemd does not wait to be told (NOTIFY_SOCKET is not set) it tells nobody, and that is no error.
 * - When the app is to end, or it finishes, systemd is told that the process stops. The PID file goes with the exit of the process, and not before.
 * - Where the unit has a watchdog (`WatchdogSec=`), that hears from the loop twice in its time, from the beginning on.
 * - What cannot be told is a warning. Where the PID file cannot be written, this Tonic fails.
 */
export class Readiness extends Tonic {
  /** What its options must look like. */
  static readonly optionsSchema: v.GenericSchema = readinessSchema;
  readonly #pidFile: PidFile | undefined;
  readonly #path: string | undefined;
  readonly #manager: ServiceManager;
  #stops = false;

  /** @throws {TaskTonicError} `TT_BAD_OPTION`; and as every Tonic. */
  constructor(options: ReadinessOptions = {}) {
    checkOptionsOf(new.target, options);
    const settings = settingsIn(readinessSchema, options, new.target.name);
    super(TonicSettings.of(settings));
    this.#path = settings.pidFile;
    this.#pidFile = settings.pidFile === undefined ? undefined : new PidFile(settings.pidFile, process.pid);
    this.#manager = serviceManager;
    successor.awaitsReadiness();
  }

  ttse__onStart(): void {
    const { watchdog } = this.#manager;
    if (watchdog === undefined) return;
    this.ttsc__alive();
    new TimerRepeat({ seconds: watchdog / 2_000, sparkleBack: this.ttsc__alive });
  }

  /** It serves now; also after {@link ttsc__reloading}. @param status in words, for `systemctl status`. */
  ttsc__ready(status?: string): void {
    // One that has replaced another is who the service is from now on: the old one ends, and would take the service with it.
    const main = successor.isTakingOver ? [`MAINPID=${process.pid}`] : [];
    this.#writePidFile();
    this.#tell([...main, 'READY=1', ...statusOf(status)], () => successor.ready());
  }

  #writePidFile(): void {
    if (this.#pidFile === undefined) return;
    try {
      this.#pidFile.write();
    } catch (thrown) {
      throw fail('TT_PID_FILE', { path: this.#path, problem: (thrown as Error).message }, thrown);
    }
    process.off('exit', this.#pidFile.remove).once('exit', this.#pidFile.remove);
  }

  /** It reads its configuration anew, and tells with {@link ttsc__ready} when that is done (`Type=notify-reload`). */
  ttsc__reloading(status?: string): void {
    this.#tell(['RELOADING=1', `MONOTONIC_USEC=${monotonicMicroseconds()}`, ...statusOf(status)]);
  }

  /** What it does, in words, for `systemctl status`. */
  ttsc__status(status: string): void {
    this.#tell(statusOf(status));
  }

  /** The loop turns. */
  ttsc__alive(): void {
    this.#tell(['WATCHDOG=1']);
  }

  ttse__onShutdown(): void {
    this.#stopping();
  }

  ttse__onFinished(): void {
    this.#stopping();
  }

  #stopping(): void {
    // After an upgrade the service goes on.
    if (!this.#stops && this.catalyst.runtime.shutdown?.upgrade !== true) this.#tell(['STOPPING=1']);
    this.#stops = true;
  }

  #tell(words: readonly string[], told?: () => void): void {
    const failed = (problem: string): void => {
      const error = fail('TT_NOT_NOTIFIED', { words: words.join(' '), problem });
      this._ttScheduler.logs.warn(this, error);
      if (told !== undefined) successor.failed(error);
    };
    this.#manager.tell(words, failed, told);
  }
}
ofFramework(Readiness);
takesOptions(Readiness, readinessSchema);

/** A line end would begin another word. */
function statusOf(status: string | undefined): string[] {
  return status === undefined ? [] : [`STATUS=${status.replaceAll(/\s+/g, ' ')}`];
}
