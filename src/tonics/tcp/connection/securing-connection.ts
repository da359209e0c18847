import { fail, toError } from '../../../core/errors.js';
import { ofFramework } from '../../../core/plan/plan.js';
import { Interest, type InterestSet } from '../../../selector/interest.js';
import type { StreamChannel } from '../../../selector/network.js';
import type { SelectionKey } from '../../../selector/selection-key.js';
import type { TlsInfo } from '../../../selector/tls.js';
import { FinishingConnection } from './finishing-connection.js';
import { Pause } from './pause.js';
import { Upgrade } from './upgrade.js';

const NOTHING = Buffer.alloc(0);

/** How records of TLS begin that may come first, an alert and a handshake, and the byte behind that (RFC 8446, 5.1). */
const TLS_RECORDS: ReadonlySet<number> = new Set([0x15, 0x16]);
const TLS_MAJOR = 3;

/** How a connection goes on under TLS (STARTTLS): another channel takes the place of the plain one. */
export abstract class SecuringConnection<
  State extends string = never,
  Frame = unknown,
  Sent = Frame,
> extends FinishingConnection<State, Frame, Sent> {
  /** @internal While it goes on under TLS. */ _ttUpgrade: Upgrade | undefined = undefined;

  /** What was agreed under TLS, and who the peer is; `undefined` where it speaks plain text, or is not connected. */
  get tls(): TlsInfo | undefined {
    return this._ttChannel?.tls;
  }

  /**
   * Whether {@link startTls} can be called now: it is connected in plain text, and its server or client has the option
   * `tls` with `mode: 'startTls'`. So a server knows whether to offer STARTTLS.
   */
  get canStartTls(): boolean {
    const isPlain = this._ttChannel !== undefined && this.tls === undefined && this._ttUpgrade === undefined;
    return isPlain && this._ttSettings.startTls !== undefined;
  }

  /** @internal What of its channel it wants to hear. */
  abstract get _ttInterest(): InterestSet;
  /** @internal Its channel is ready. */
  abstract onReady(key: SelectionKey, ready: InterestSet): void;

  /**
   * Goes on under TLS (STARTTLS), as a server or client with the option `tls`; `onSecure` follows, or an error that ends it. It takes its place among answers: what was
   * given before leaves in plain text, and what is given after it leaves under TLS, when the handshake is done.
   *
   * What has come and was not heard yet belongs to the handshake, also where it came together with the command: with a framing that is all that follows the frame.
   *
   * @param received without a framing: the rest of what `onData` brought.
   * @throws {TaskTonicError} `TT_NOT_RUNNING` outside its own sparkles; `TT_NO_TLS`, `TT_TLS_BEGUN`.
   */
  protected startTls(received?: Uint8Array): void {
    this._ttNeedsOwnSparkle('startTls()');
    this._ttRefusesTaken('startTls()');
    const { startTls } = this._ttSettings;
    if (startTls === undefined) throw fail('TT_NO_TLS', { tonic: this.name });
    if (this._ttUpgrade !== undefined || this.tls !== undefined) throw fail('TT_TLS_BEGUN', { tonic: this.name });
    if (this._ttChannel === undefined) return;
    this._ttUpgrade = new Upgrade(this._ttCatalyst, startTls.timeout, received, () =>
      this._ttUpgradeFailed(fail('TT_TLS_TIMEOUT', { address: this._ttPeer(), ms: startTls.timeout })),
    );
    this._ttPause(Pause.tls);
    this.atPlace(() => this.#beginTls());
  }

  #beginTls(): void {
    const upgrade = this._ttUpgrade;
    const plain = this._ttChannel;
    if (upgrade === undefined || plain === undefined || plain.closed) return undefined;
    const { network, selector } = this._ttCatalyst;
    plain.putBack(Buffer.concat([upgrade.rest ?? NOTHING, this.takeBuffered()]));
    let secured: StreamChannel;
    try {
      secured = network.secure(plain, this._ttSettings.startTls!.side(this._ttPeer()));
    } catch (thrown) {
      return this._ttUpgradeFailed(toError(thrown));
    }
    const before = this._ttKey!;
    upgrade.begun = true;
    this._ttChannel = secured;
    this._ttPauses &= ~Pause.tls;
    this._ttKey = selector.register(secured, this._ttInterest, this);
    secured.interestChanged?.(this._ttInterest);
    before.cancel();
    this._ttResume(Pause.tls);
  }

  /** @internal The handshake is done. */
  _ttSecured(tls: TlsInfo | undefined): void {
    this._ttUpgrade = this._ttUpgrade?.stop();
    this._ttApplyInterest();
    // What waited before it has left by now.
    this._ttDrainIfEmpty();
    if (tls !== undefined) this._ttEmit('ttse__onSecure', tls);
  }

  /** @internal */
  _ttUpgradeFailed(error: Error): void {
    this._ttUpgrade = this._ttUpgrade?.stop();
    this._ttReport(error);
    this._ttAbort('error', error);
  }

  /** @internal The first that comes is no text, but a handshake of TLS, or an alert: whoever meant that is told so. */
  _ttBeginsWithTls(channel: StreamChannel): boolean {
    if (!this._ttHears || channel.received === 0 || this._ttProgress(Interest.READ) > 0) return false;
    if (this._ttUpgrade !== undefined) return false;
    const first = channel.take()!;
    channel.putBack(first);
    return TLS_RECORDS.has(first[0]!) && (first[1] ?? TLS_MAJOR) === TLS_MAJOR;
  }
}
ofFramework(SecuringConnection);
