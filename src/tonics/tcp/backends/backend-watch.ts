import type { AnyTonic } from '../../../core/any-tonic.js';
import { toError } from '../../../core/errors.js';
import { Alarm } from '../../alarm.js';
import type { TcpClientOptions } from '../client/tcp-client.js';
import { BackendCheck } from './backend-check.js';
import type { Backend } from './backend.js';
import type { CheckSettings } from './backends-options.js';

/** Looks at one backend at once, and then again and again. */
export class BackendWatch {
  readonly backend: Backend;
  readonly #tonic: AnyTonic;
  readonly #settings: CheckSettings;
  readonly #to: Omit<TcpClientOptions, 'host' | 'port'>;
  readonly #judged: (backend: Backend, error: Error | undefined) => void;
  readonly #alarm: Alarm;
  #check: BackendCheck | undefined;
  #isStopped = false;

  /** @param judged hears of each check what is wrong, or `undefined`. */
  constructor(
    tonic: AnyTonic,
    backend: Backend,
    settings: CheckSettings,
    to: Omit<TcpClientOptions, 'host' | 'port'>,
    judged: (backend: Backend, error: Error | undefined) => void,
  ) {
    this.#tonic = tonic;
    this.backend = backend;
    this.#settings = settings;
    this.#to = to;
    this.#judged = judged;
    this.#alarm = new Alarm(tonic);
    this.#look();
  }

  stop(): void {
    this.#isStopped = true;
    this.#alarm.clear();
    this.#check?.leave();
    this.#check = undefined;
  }

  #look(): void {
    this.#tonic._ttss__run({ run: () => this.#begin() });
  }

  #begin(): void {
    if (this.#isStopped || !this.#tonic._ttMayInfuse) return;
    const { host, port, place } = this.backend;
    try {
      const to = { ...this.#to, host, port } as TcpClientOptions & { readonly host: string; readonly port: number };
      this.#check = new BackendCheck(to, place, this.#settings, (error) => this.#told(error));
    } catch (thrown) {
      this.#told(toError(thrown));
    }
  }

  #told(error: Error | undefined): void {
    this.#check = undefined;
    if (this.#isStopped) return;
    this.#alarm.set(this.#settings.interval, () => this.#look());
    this.#judged(this.backend, error);
  }
}
