import { fail } from '../../core/errors.js';
import { ofFramework } from '../../core/plan/plan.js';
import type { Address } from '../../selector/network.js';
import { type SendResult, type Sendable, SocketTonic, sizeOf } from '../socket-tonic.js';
import type { ResendOptions } from './resend-pace.js';
import { type ResendKey, type Unanswered, type UnansweredInfo, UnansweredSends } from './unanswered.js';

/**
 * Sends datagrams again until they are answered: what UdpSocket and UdpSession have in common. A network may lose a question, or its answer, and tells
 * nobody; so whoever asks by UDP asks again after a while, less and less often, and gives up in the end (RFC 8085, section 3.1).
 */
export abstract class ResendingSocket<State extends string = never> extends SocketTonic<State> {
  /** A datagram of `sendUntilAnswered()` has been sent as often as it may, and was not answered. Unheard, it is an error (`TT_UNANSWERED`). */
  ttse__onUnanswered?(info: UnansweredInfo): void | undefined;

  #unanswered: UnansweredSends | undefined = undefined;

  /**
   * Says how often, and after how long, the datagrams of `sendUntilAnswered()` are sent again; it holds for those that are sent from now on.
   *
   * @throws {TaskTonicError} `TT_BAD_OPTION`
   */
  protected setResend(options: ResendOptions): void {
    this.#sends.setPace(options);
  }

  /**
   * Tells that a datagram of `sendUntilAnswered()` was answered: it is not sent any more.
   *
   * @param key what it was sent with.
   * @returns whether its answer was waited for: `false` for one that came before, or that nobody has asked for.
   */
  protected answered(key: ResendKey): boolean {
    return this.#unanswered?.answered(key) ?? false;
  }

  /** @internal */
  _ttSendUntilAnswered(key: ResendKey, data: Sendable, to: Address | undefined): SendResult {
    this._ttNeedsOwnSparkle('sendUntilAnswered()');
    const size = sizeOf(data);
    const why = this.#sends.whyNot(key, size);
    if (why !== undefined) {
      this._ttReport(fail('TT_SEND_REFUSED', { bytes: size, why }));
      return 'refused';
    }
    const result = this._ttSend(data, to);
    if (result !== 'refused') this.#sends.begin(key, data, size, to);
    return result;
  }

  /** @internal */
  abstract _ttSend(data: Sendable, to: Address | undefined): SendResult;

  /** @internal */
  _ttss__resend(one: Unanswered): void {
    if (this.#unanswered?.isDue(one) === true) this._ttSend(one.data, one.to);
  }

  /** It sends nothing again. @internal */
  _ttStopResending(): void {
    this.#unanswered?.stop();
  }

  get #sends(): UnansweredSends {
    return (this.#unanswered ??= new UnansweredSends(this));
  }
}
ofFramework(ResendingSocket);
