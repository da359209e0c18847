import { dropOwed, whenSettled } from '../../../core/asking/owed.js';
import { ofFramework } from '../../../core/plan/plan.js';
import { MOST_READY } from '../../../selector/selector.js';
import type { Step } from './connection-life.js';
import { NextTurn, Watch } from './watches/connection-watches.js';
import { LivingConnection } from './living-connection.js';
import { Pause } from './pause.js';
import { awaitsPeer } from './replies/request.js';

/**
 * How many orders, one after the other, an answer may take from its request and still leave before the end: the handler calls
 * another Tonic, which calls a third, which sends. What takes longer is a question (`ask`) or a promise (`pipe`): those are waited for.
 */
const HOPS = 16;

/** Node reads an end with the poll after the last bytes: so one look for those, and one for it. */
const LAST_LOOKS = 2;

/** A connection is to end: first its answers leave. What was asked is answered where the peer has ended, and where its Tonic finishes, as long as that gets on. */
export abstract class FinishingConnection<
  State extends string = never,
  Frame = unknown,
  Sent = Frame,
> extends LivingConnection<State, Frame, Sent> {
  /**
   * The peer has ended, or its Tonic finishes: it queues itself behind the orders that lead to answers, for so many hops, and then while
   * orders to send are there.
   *
   * @param taken how many of these had been taken when it was queued. Where none was since, none is there.
   * @internal
   */
  _ttss__awaitAnswers(taken: number, hops: number, step: Step): void {
    if (step !== this._ttStep) return;
    const sends = this._ttOrders.bytes > 0 && this._ttOrders.taken !== taken;
    if (hops > 0 || sends || this._ttFeed?.queued === true)
      return this._ttss__awaitAnswers(this._ttOrders.taken, hops - 1, step);
    whenSettled(this, () => this.#answered(step));
  }

  #answered(step: Step): void {
    // Who pumps an answer has more to give with the next onDrain.
    if (step !== this._ttStep || this._ttBacklog?.blocked === true) return;
    if (step === 'finishing') this._ttMadeClosing.reason = 'finished';
    this._ttInput('answered');
  }

  /** @internal What was asked before is answered, as long as that gets on. */
  _ttAwaitAnswers(hops = HOPS): void {
    const step = this._ttStep;
    this._ttIdleWatch = this._ttIdleWatch?.stopAll();
    const giveUp = (): void => {
      dropOwed(this);
      if (this._ttBacklog !== undefined) this._ttBacklog.blocked = false;
      this.#answered(step);
    };
    this._ttMadeClosing.linger ??= new Watch(
      this,
      this._ttDrainTimeout,
      giveUp,
      Math.max(this._ttDrainTimeout, this._ttSettings.lingerLimit),
    );
    this._ttss__awaitAnswers(-1, hops, step);
  }

  /** @internal The same, when what has come was looked at once more. */
  _ttLookForLast(): void {
    this._ttMadeClosing.linger = this._ttMadeClosing.linger?.stop();
    this.#inNextTurn(() => this._ttss__looked(LAST_LOOKS - 1));
  }

  /**
   * One of the last looks at the socket before its Tonic finishes: what has not been read after them is not.
   * @internal
   */
  _ttss__looked(left: number): void {
    if (left > 0) return this.#inNextTurn(() => this._ttss__looked(left - 1));
    this.#readForLast();
    // What that poll brought is queued after this order: hence one more.
    if (this._ttStep === 'finishing') this._ttAwaitAnswers(HOPS + 1);
    return undefined;
  }

  /** What came before its end has been read. More is read where what it owes, or waits for, needs that. */
  #readForLast(): void {
    if (this._ttAwaitsInput) this._ttResume(Pause.finish);
    else this._ttPause(Pause.finish);
  }

  /** @internal Whether what it owes, or waits for, needs more input. */
  get _ttAwaitsInput(): boolean {
    return awaitsPeer(this) || this._ttReplies?.needsInput === true;
  }

  /** @internal */
  override _ttPaceReading(): void {
    super._ttPaceReading();
    // Not while it still looks.
    if (this._ttStep === 'finishing' && this._ttClosing?.linger !== undefined) this.#readForLast();
  }

  /** @internal Who pumps an answer goes on with the `onDrain` that this tells. */
  override _ttUnblock(): boolean {
    const isDrained = super._ttUnblock();
    if (isDrained && this._ttClosing?.linger !== undefined && this._ttSends)
      this._ttss__awaitAnswers(-1, HOPS, this._ttStep);
    return isDrained;
  }

  /**
   * See {@link Watch}: before this order runs a poll has been seen, and here it is waited until that was all of it. (On a loop where each
   * poll is more than a turn that would be never: so for as many turns at most as all channels take.)
   * @internal
   */
  _ttss__judge(watch: Pick<Watch, 'judge'>, turns = 1 + this._ttCatalyst.selector.keys.size / MOST_READY): void {
    if (this._ttCatalyst.selector.inPoll && turns > 0) this.#inNextTurn(() => this._ttss__judge(watch, turns - 1));
    else watch.judge();
  }

  #inNextTurn(then: () => void): void {
    this._ttScheduler.timers.add(new NextTurn(then));
  }
}
ofFramework(FinishingConnection);
