import { ofFramework } from '../../../core/plan/plan.js';
import type { StreamChannel } from '../../../selector/network.js';
import { Pause, SendingConnection } from './sending-connection.js';

/** How a connection receives: what it reads in a turn, what pauses that, and what it counts. */
export abstract class ReceivingConnection<State extends string = never> extends SendingConnection<State> {
  /** @internal Why reading is paused, a sum of {@link Pause}; 0 where it is not. */ _ttPauses = 0;
  /** @internal Over all its connections. */ _ttReceivedBytes = 0;
  /** @internal */ _ttReceivedMessages = 0;
  /** Bytes that came from here and are postponed. */
  #kept = 0;

  /** @internal Whether what comes is heard; else it is dropped. */
  abstract get _ttHears(): boolean;

  /**
   * Reads what it may in this turn; the rest stays in the channel, as does what no order can be put for.
   * @returns whether that was all.
   * @internal
   */
  _ttReadShare(channel: StreamChannel): boolean {
    const catalyst = this._ttCatalyst;
    const hears = this._ttHears;
    for (let share = hears ? catalyst._ttGate.share : Infinity; share > 0;) {
      const data = channel.take(share);
      if (data === undefined) return true;
      if (!hears) {
        this._ttReceivedBytes += data.length;
        continue;
      }
      this._ttReceivedMessages++;
      this._ttReceivedChunk(data);
      this._ttBring('ttse__onData', data);
      // That order counts: the queue may be full now.
      share = Math.min(share - data.length, catalyst._ttGate.share);
    }
    return false;
  }

  /** @internal */
  _ttReceivedChunk({ length }: Buffer): void {
    this._ttReceivedBytes += length;
    this._ttCatalyst._ttGate.received(length);
  }

  /** @internal What came from here is postponed: with much of it, no more is read until it is heard. */
  override _ttKept(bytes: number): void {
    const { highWaterMark, lowWaterMark } = this._ttSettings;
    this.#kept += bytes;
    if (this.#kept > highWaterMark) this._ttPause(Pause.kept);
    else if (this.#kept <= lowWaterMark) this._ttResume(Pause.kept);
  }

  /** @internal */
  override _ttPause(reason: number): void {
    this._ttPauses |= reason;
    this._ttApplyInterest();
  }

  /** @internal */
  override _ttResume(reason: number): void {
    this._ttPauses &= ~reason;
    this._ttApplyInterest();
  }
}
ofFramework(ReceivingConnection);
