import { type TaskTonicError, fail } from '../../../core/errors.js';
import { ofFramework } from '../../../core/plan/plan.js';
import { Alarm } from '../../alarm.js';
import { TcpClient, type TcpClientOptions } from '../client/tcp-client.js';
import type { DisconnectInfo } from '../connection/disconnect.js';
import type { CheckSettings } from './backends-options.js';

/** Looks once whether a backend is well: connects, says what it is to say, and looks at the beginning of the answer. */
export class BackendCheck extends TcpClient {
  readonly #settings: CheckSettings;
  readonly #place: string;
  #told: ((error: Error | undefined) => void) | undefined;
  readonly #alarm: Alarm;
  readonly #wanted: string;
  #answer = '';

  /** @param told hears once what is wrong, or `undefined`; never within the constructor. */
  constructor(
    to: TcpClientOptions & { readonly host: string; readonly port: number },
    place: string,
    settings: CheckSettings,
    told: (error: Error | undefined) => void,
  ) {
    super({ ...to, retries: 0, connectTimeout: settings.timeout, logMode: 'off' });
    this.#place = place;
    this.#settings = settings;
    this.#wanted = Buffer.from(settings.expect ?? '').toString('latin1');
    this.#told = told;
    this.#alarm = Alarm.after(this, settings.timeout, () => this.#timeUp());
  }

  ttse__onConnected(): void {
    const { send } = this.#settings;
    if (send !== undefined) this.send(send);
    if (this.#wanted === '') this.#over(undefined);
  }

  ttse__onData(data: Buffer): void {
    const wanted = this.#wanted;
    this.#answer += data.toString('latin1', 0, wanted.length - this.#answer.length);
    if (this.#answer.startsWith(wanted)) this.#over(undefined);
    else if (!wanted.startsWith(this.#answer)) this.#fails(`it answered ${JSON.stringify(this.#answer)}`);
  }

  ttse__onError(error: TaskTonicError): void {
    this.#over(error);
  }

  ttse__onDisconnected({ reason }: DisconnectInfo): void {
    this.#fails(`it ended the connection (${reason})`);
  }

  #timeUp(): void {
    this.#fails(`it did not answer within ${this.#settings.timeout} ms`);
  }

  #fails(problem: string): void {
    this.#over(fail('TT_CHECK_FAILED', { backend: this.#place, problem }));
  }

  #over(error: Error | undefined): void {
    const told = this.#told;
    if (told === undefined) return;
    this.#told = undefined;
    this.#alarm.clear();
    this.ttsc__close();
    told(error);
  }

  /** Nobody wants to know any more. */
  leave(): void {
    this.#told = undefined;
    this.#alarm.clear();
    this.ttsc__abort();
  }

  /** @internal */
  override _ttRelease(): void {
    this.#alarm.clear();
    super._ttRelease();
  }
}
ofFramework(BackendCheck);
