import type { Scheduler } from '../core/any-tonic.js';
import type { Due } from '../core/timer-queue.js';
import { Interest, type InterestSet } from '../selector/interest.js';
import type { StreamChannel } from '../selector/network.js';
import type { ReadyHandler, SelectionKey } from '../selector/selection-key.js';

/**
 * How many orders, one after the other, a reply may take from its request and still leave before the end: the handler asks
 * another Tonic, which asks a third, which sends. One that takes longer (a timer, a promise) is waited for with
 * `ttse__onDraining`, or with `halfOpen` where the peer has ended.
 */
export const HOPS = 16;

/** Closes a connection on which nothing has happened for a while: one look at its clock for each period, not for each message. */
export class IdleWatch implements Due {
  at = 0;
  slot = -1;
  #touchedAt: number;

  constructor(
    readonly connection: { _ttIdle(): void; readonly _ttScheduler: Scheduler },
    readonly timeout: number,
  ) {
    this.#touchedAt = connection._ttScheduler.clock.now();
    this.#wait();
  }

  touch(): void {
    this.#touchedAt = this.connection._ttScheduler.clock.now();
  }

  fire(now: number): void {
    // The same sum as in #wait: the difference of the two, rounded, can be less than the timeout, and the watch would be due for ever.
    if (now >= this.#touchedAt + this.timeout) this.connection._ttIdle();
    else this.#wait();
  }

  stop(): void {
    this.connection._ttScheduler.timers.remove(this);
  }

  #wait(): void {
    this.at = this.#touchedAt + this.timeout;
    this.connection._ttScheduler.timers.add(this);
  }
}

/** Gives a connection up that closes and makes no progress. */
export class Linger implements Due {
  at = 0;
  slot = -1;
  #unsent = Infinity;

  constructor(
    readonly channel: StreamChannel,
    readonly scheduler: Scheduler,
    readonly timeout: number,
    readonly giveUp: () => void,
  ) {
    this.#wait();
  }

  fire(): void {
    const { unsent } = this.channel;
    if (unsent === 0 || unsent >= this.#unsent) this.giveUp();
    else this.#wait();
  }

  stop(): void {
    this.scheduler.timers.remove(this);
  }

  #wait(): void {
    this.#unsent = this.channel.unsent;
    this.at = this.scheduler.clock.now() + this.timeout;
    this.scheduler.timers.add(this);
  }
}

/** Ends the socket of a Tonic that is gone: what it was given still leaves. */
export class Farewell implements ReadyHandler {
  readonly #linger: Linger;

  constructor(
    readonly channel: StreamChannel,
    readonly key: SelectionKey,
    scheduler: Scheduler,
    timeout: number,
  ) {
    key.handOver(this);
    key.modify(Interest.READ | Interest.WRITE);
    channel.end();
    this.#linger = new Linger(channel, scheduler, timeout, () => this.#over());
  }

  onReady(_key: SelectionKey, ready: InterestSet): void {
    const { channel } = this;
    // What the peer still sends is dropped; unread, it would have the kernel reset the connection.
    while (channel.take() !== undefined);
    if ((ready & Interest.HANGUP) !== 0 || (channel.flushed && channel.ended)) this.#over();
  }

  #over(): void {
    this.#linger.stop();
    this.key.cancel();
  }
}

/** Is due with the next turn, so after another poll of the kernel: what it had received by then is read first. */
export class LastLook implements Due {
  at = 0;
  slot = -1;

  constructor(readonly connection: { _ttss__closeForFinish(taken: number, hops: number): void }) {}

  fire(): void {
    // What that poll brings is queued after this order: hence one more.
    this.connection._ttss__closeForFinish(-1, HOPS + 1);
  }
}
