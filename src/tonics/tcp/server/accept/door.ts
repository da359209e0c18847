import type { TimerQueue } from '../../../../core/time/timer-queue.js';
import type { Clock } from '../../../../core/time/clock.js';
import { Interest } from '../../../../selector/interest.js';
import type { StreamChannel, TurnedAway, TurnedAwayReason } from '../../../../selector/network.js';
import type { SelectionKey } from '../../../../selector/selection-key.js';
import type { Selector } from '../../../../selector/selector.js';
import { type AcceptStep, PendingConnection, type PendingConnectionHost } from './visitor.js';

/** What a door sees of its Catalyst. */
export interface PendingDependencies {
  readonly selector: Selector;
  readonly clock: Clock;
  readonly timers: TimerQueue;
}

export interface PendingSettings {
  /** What a peer does before it has a Tonic, in this order. */
  readonly steps: readonly AcceptStep[];
  /** How long all of that may take, in ms. */
  readonly timeout: number;
  /** How many peers may be at it at once. */
  readonly most: number;
}

/** Counts who is at the door. The doors of the threads of a server have one count, so that its limit holds over all of them. */
export interface PendingCount {
  addPending(): void;
  removePending(): void;
  readonly pending: number;
}

/** Whose door it is. Each peer that it was given is either passed on or told to have left, once. */
export interface PendingOwner {
  /** It has done all: the owner is to {@link PendingConnections.take} it. Called between two turns, or within {@link PendingConnections.receive}. */
  passed(visitor: PendingConnection): void;
  /** What was accepted is closed; with why, where it was turned away. */
  left(accepted: StreamChannel, turnedAway: TurnedAway | undefined): void;
}

/**
 * Where peers are that have something to do before there is a Tonic for them: a PROXY header, a TLS handshake.
 *
 * ```text
 *   accepted -> visitor: step, step, ... -> taken by the server, which makes the Tonic
 *                  |
 *                  +-> refused, gone, or too late: closed
 * ```
 *
 * There are so many at once at most, and each has so long. A peer at the door holds a descriptor and no Tonic.
 */
export class PendingConnections implements PendingConnectionHost {
  readonly #means: PendingDependencies;
  readonly #settings: PendingSettings;
  readonly #owner: PendingOwner;
  readonly #count: PendingCount;
  readonly #visitors = new Set<PendingConnection>();

  constructor(means: PendingDependencies, settings: PendingSettings, count: PendingCount, owner: PendingOwner) {
    this.#means = means;
    this.#settings = settings;
    this.#count = count;
    this.#owner = owner;
  }

  get steps(): readonly AcceptStep[] {
    return this.#settings.steps;
  }

  /** How many are here. */
  get size(): number {
    return this.#visitors.size;
  }

  /** A peer was accepted. */
  receive(channel: StreamChannel): void {
    const { timeout, most } = this.#settings;
    // It is counted first: two threads must not both take the last place.
    this.#count.addPending();
    if (this.#count.pending > most) {
      this.#count.removePending();
      this.#owner.left(channel, { remote: channel.remote, reason: 'handshakes' });
      return channel.close();
    }
    const visitor = new PendingConnection(channel, this);
    this.#visitors.add(visitor);
    this.wake(visitor, this.#means.clock.now() + timeout);
    return visitor.next();
  }

  /** The owner has it now. @returns false where it has gone meanwhile. */
  take(visitor: PendingConnection): boolean {
    this.#forget(visitor);
    return visitor.take();
  }

  /** All that are here are closed: they have asked for nothing yet. */
  close(): void {
    for (const visitor of this.#visitors) visitor.leave();
  }

  #forget(visitor: PendingConnection): void {
    if (this.#visitors.delete(visitor)) this.#count.removePending();
    this.#means.timers.remove(visitor);
  }

  // ---- What its visitors ask ----

  /** @internal */
  register(visitor: PendingConnection, channel: StreamChannel): SelectionKey {
    return this.#means.selector.register(channel, Interest.READ | Interest.CONNECT, visitor);
  }

  /** @internal */
  passed(visitor: PendingConnection): void {
    this.#owner.passed(visitor);
  }

  /** @internal */
  refused(visitor: PendingConnection, reason: TurnedAwayReason | undefined, error: Error | undefined): void {
    this.#forget(visitor);
    const { accepted, remote } = visitor;
    if (reason === undefined) return this.#owner.left(accepted, undefined);
    return this.#owner.left(accepted, { remote, reason, ...(error !== undefined && { error }) });
  }

  /** @internal */
  wake(visitor: PendingConnection, at: number): void {
    visitor.at = at;
    this.#means.timers.add(visitor);
  }

  /** @internal */
  late(visitor: PendingConnection): void {
    const { step } = visitor;
    // One that has done all only waits for its Tonic.
    if (step === undefined) return;
    const { timeout } = this.#settings;
    const error = step.tooLate(visitor, timeout);
    if (error !== undefined) return visitor.refuse(error);
    this.wake(visitor, this.#means.clock.now() + timeout);
    return visitor.next();
  }
}
