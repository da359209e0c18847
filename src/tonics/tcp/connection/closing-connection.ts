import { extrasOf } from '../../../core/guests/extras.js';
import { Life, queueEnd } from '../../../core/life.js';
import { ofFramework } from '../../../core/plan/plan.js';
import type { StreamChannel } from '../../../selector/network.js';
import { Backlog } from './backlog.js';
import type { Deed } from './connection-life.js';
import { Watch } from './watches/connection-watches.js';
import { IdleWatch } from './watches/idle-watch.js';
import type { DisconnectInfo } from './disconnect.js';
import { Pause } from './pause.js';
import { SecuringConnection } from './securing-connection.js';

/** All reasons for a pause but that what has come is still being worked on. */
const ANY_PAUSE = ~Pause.stream;

/**
 * How a connection closes, in which order, what of it is lost, and what is told of that. The steps stand in the table in `connection-life.ts`; here is what is done
 * as each is entered.
 */
export abstract class ClosingConnection<
  State extends string = never,
  Frame = unknown,
  Sent = Frame,
> extends SecuringConnection<State, Frame, Sent> {
  /** @internal It is over: its base is told, where that is a connection. */
  abstract _ttTellBase(info: DisconnectInfo): void;

  /** @internal */
  override _ttDo(deed: Deed): void {
    switch (deed) {
      case 'sayEnd':
        return this._ttChannel?.end();
      case 'awaitAnswers':
        return this._ttAwaitAnswers();
      case 'lookOnce':
        return this._ttLookForLast();
      case 'part':
        return this.#part();
      case 'drain':
        if (this._ttLosesReplies()) return void this._ttInput('truncated');
        this._ttChannel?.end();
        return this.#closeInOrder();
      case 'cutOff':
        return this.#closeInOrder();
      case 'cut':
        this._ttLosesReplies();
        if (this._ttChannel !== undefined)
          this._ttMadeClosing.discarded += Backlog.giveUpUnpromised(this._ttBacklog, this._ttChannel);
        if (Backlog.promised(this._ttBacklog, this._ttSentBytes) === 0) return void this._ttInput('abort');
        return this.#closeInOrder();
      case 'goOn':
        return this.#goOn();
      case 'reset':
        return this.#destroy(true);
      case 'letGo':
        return this.#destroy(false);
      case 'wait':
        return undefined;
    }
  }

  #goOn(): void {
    this._ttMadeClosing.linger = this._ttMadeClosing.linger?.stop();
    const { idleTimeout } = this._ttSettings;
    if (idleTimeout !== false) this._ttIdleWatch ??= IdleWatch.of(this, idleTimeout);
  }

  /** What it says is the last; what comes is read until the peer has said so too, or has had its time. */
  #part(): void {
    this._ttIdleWatch = this._ttIdleWatch?.stopAll();
    this._ttMadeClosing.linger?.stop();
    const timeout = this._ttGuest!.part(this._ttMadeClosing.reason);
    if (timeout === 0) return void this._ttInput('close');
    this._ttMadeClosing.linger = new Watch(this, timeout, () => this._ttInput('close'), timeout);
    return this._ttResume(ANY_PAUSE);
  }

  /**
   * What was given leaves; what the peer still sends is read and dropped, since unread bytes would make the kernel reset the connection,
   * and what was sent could be lost with it.
   */
  #closeInOrder(): void {
    this._ttIdleWatch = this._ttIdleWatch?.stopAll();
    // From now on the linger does that.
    this._ttFlows();
    this._ttApplyInterest();
    const { lingerTimeout, lingerLimit } = this._ttSettings;
    this._ttMadeClosing.linger?.stop();
    this._ttMadeClosing.linger = new Watch(this, lingerTimeout, () => this._ttInput('lingerOver'), lingerLimit);
    this._ttCloseIfDone();
  }

  /** @internal */
  _ttCloseIfDone(): void {
    const channel = this._ttChannel;
    if (channel === undefined) return;
    // One that was paused is closed before its end was heard.
    if (channel.closed && !this._ttHears) return this._ttClosed(channel);
    if (this._ttStep === 'draining' && channel.flushed && channel.ended) channel.close();
  }

  /** Closes the socket at once. What has not left is lost, and counted; then the peer sees a reset, never a clean end. */
  #destroy(reset: boolean): void {
    const channel = this._ttChannel;
    if (channel === undefined) return;
    this._ttLosesReplies();
    this._ttMadeClosing.discarded += channel.unsent;
    if (channel.closed) this._ttClosed(channel);
    else channel.close(reset || this._ttMadeClosing.discarded > 0);
  }

  /** @internal What waits behind an open reply is lost with it. @returns whether the peer must not take what it got for whole. */
  _ttLosesReplies(): boolean {
    const lost = this._ttReplies?.lose();
    this._ttMadeClosing.discarded += lost?.bytes ?? 0;
    return lost?.truncated === true;
  }

  // ---- When its socket is closed ----

  /** @internal Its socket is closed. */
  _ttClosed(channel: StreamChannel): void {
    // One that was reset here, or failed, has counted before.
    this._ttLosesReplies();
    if (this._ttStep !== 'gone') this._ttMadeClosing.discarded += channel.unsent;
    this._ttStep = 'closed';
    const info = this.#over();
    this._ttDrop();
    this._ttNoMoreAnswers();
    this._ttTakerOver(info);
    this._ttEmit('ttse__onDisconnected', info);
    this._ttss__disconnected(info);
  }

  /** Its guest has gone with that. */
  #over(): DisconnectInfo {
    const guest = this._ttGuest;
    if (guest === undefined) return this._ttMadeClosing.info;
    extrasOf(this).guest = undefined;
    return guest.over(this._ttMadeClosing.info);
  }

  /** @internal Who has taken it over is told that it is closed, and has it no more. */
  _ttTakerOver(info: DisconnectInfo): void {
    const taker = this._ttTaker;
    if (taker === undefined) return;
    this._ttExtras!.taker = undefined;
    taker.over(info);
  }

  /** @internal After `onDisconnected` was heard. */
  _ttss__disconnected(info: DisconnectInfo): void {
    // Of a client those that never had a connection.
    this._ttNoMoreAnswers();
    this._ttDrained();
    this.ttsc__finish();
    this._ttTellBase(info);
    // Its infusions have their own time; the last of them ends it too.
    if (this._ttLife === Life.closing && this.infusions.size === 0) queueEnd(this);
  }

  /** @internal Lets go of the socket and of everything that belongs to it. */
  _ttDrop(): void {
    // What is postponed of this connection is so with the next one of a client, too.
    this._ttPauses &= Pause.kept;
    if (this._ttBacklog !== undefined) this._ttBacklog.blocked = false;
    this._ttBacklog?.releaseRelays();
    this._ttFlows();
    this._ttNoMoreFrames();
    this._ttIdleWatch = this._ttIdleWatch?.stopAll();
    this._ttUpgrade = this._ttUpgrade?.stop();
    this._ttMadeClosing.linger = this._ttMadeClosing.linger?.stop();
    this._ttKey?.cancel();
    this._ttKey = this._ttChannel = undefined;
    for (const group of this._ttExtras?.groups ?? []) group.delete(this as never);
  }

  // ---- Its end as a Tonic ----

  /** @internal What was received before is still answered: the end comes after one more look at the socket. */
  override _ttDrain(): boolean {
    if (this._ttTaker?.holdsFinish?.(() => this.#drainsNow()) === true) return false;
    if (this._ttChannel === undefined) return true;
    this._ttInput('finish');
    return false;
  }

  /** Who has taken it over holds its end no more. */
  #drainsNow(): void {
    // From now on it has its own time for that.
    this._ttEnding?.progressed();
    if (this._ttDrain()) this._ttDrained();
  }

  /** @internal A Tonic that failed keeps what it was given before: it ends when that has left. */
  override _ttHoldsEnd(): boolean {
    if (this._ttChannel === undefined) return false;
    this.#endsWithTonic('close');
    return true;
  }

  #endsWithTonic(input: 'close' | 'abort'): void {
    const { error } = this._ttEnding ?? {};
    this._ttInputFor(error === undefined ? 'finished' : 'error', input, error);
  }

  /** @internal */
  override _ttDeadline(): number {
    return Math.max(this._ttClosing?.linger?.deadline ?? -Infinity, this._ttTaker?.finishDeadline ?? -Infinity);
  }

  /** @internal Its Tonic goes before its socket: it was aborted at a deadline. */
  override _ttRelease(): void {
    if (this._ttChannel === undefined) return;
    this.#endsWithTonic('abort');
    this._ttStep = 'closed';
    // Orders that wait are not heard any more; else each is refused when its turn comes.
    this._ttMadeClosing.discarded += this._ttOrders.bytes;
    this._ttLosesReplies();
    const info = this.#over();
    this._ttDrop();
    this._ttTakerOver(info);
    this._ttTellLast('ttse__onDisconnected', info);
    this._ttTellBase(info);
  }
}
ofFramework(ClosingConnection);
