import type { TimerQueue } from '../../../../core/time/timer-queue.js';
import type { Clock } from '../../../../core/time/clock.js';
import { Interest } from '../../../../selector/interest.js';
import type { StreamChannel, TurnedAway, TurnedAwayReason } from '../../../../selector/network.js';
import type { SelectionKey } from '../../../../selector/selection-key.js';
import type { Selector } from '../../../../selector/selector.js';
import { type AcceptStep, PendingConnection, type PendingConnectionHost } from './pending-connection.js';

/** What the pending connections need of their Catalyst. */
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

/** Counts pending connections. All threads of a server share one count, so that its limit holds over all of them. */
export interface PendingCount {
  addPending(): void;
  removePending(): void;
  readonly pending: number;
}

/** The owner: the server. For each accepted channel one of these is called, once. */
export interface PendingOwner {
  /**
   * All steps are done: the owner must call {@link PendingConnections.take}. Called between two turns, or within
   * {@link PendingConnections.receive}.
   */
  passed(pending: PendingConnection): void;
  /** The accepted channel is closed; `turnedAway` says why, if the server refused it. */
  left(accepted: StreamChannel, turnedAway: TurnedAway | undefined): void;
}

/**
 * Connections that were accepted and have no Tonic yet: the peer must first send a PROXY header or do a TLS handshake.
 *
 * ```text
 *   accepted -> pending: step, step, ... -> taken by the server, which makes the Tonic
 *                  |
 *                  +-> refused, gone, or too late: closed
 * ```
 *
 * Their number and the time of each are limited. A pending connection costs a descriptor, but no Tonic.
 */
export class PendingConnections implements PendingConnectionHost {
  readonly #dependencies: PendingDependencies;
  readonly #settings: PendingSettings;
  readonly #owner: PendingOwner;
  readonly #count: PendingCount;
  readonly #pending = new Set<PendingConnection>();

  constructor(dependencies: PendingDependencies, settings: PendingSettings, count: PendingCount, owner: PendingOwner) {
    this.#dependencies = dependencies;
    this.#settings = settings;
    this.#count = count;
    this.#owner = owner;
  }

  get steps(): readonly AcceptStep[] {
    return this.#settings.steps;
  }

  /** How many are here. */
  get size(): number {
    return this.#pending.size;
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
    const pending = new PendingConnection(channel, this);
    this.#pending.add(pending);
    this.wake(pending, this.#dependencies.clock.now() + timeout);
    return pending.next();
  }

  /** The owner has it now. @returns false where it has gone meanwhile. */
  take(pending: PendingConnection): boolean {
    this.#forget(pending);
    return pending.take();
  }

  /** All that are here are closed: they have asked for nothing yet. */
  close(): void {
    for (const pending of this.#pending) pending.leave();
  }

  #forget(pending: PendingConnection): void {
    if (this.#pending.delete(pending)) this.#count.removePending();
    this.#dependencies.timers.remove(pending);
  }

  // ---- Called by the pending connections ----

  /** @internal */
  register(pending: PendingConnection, channel: StreamChannel): SelectionKey {
    return this.#dependencies.selector.register(channel, Interest.READ | Interest.CONNECT, pending);
  }

  /** @internal */
  passed(pending: PendingConnection): void {
    this.#owner.passed(pending);
  }

  /** @internal */
  refused(pending: PendingConnection, reason: TurnedAwayReason | undefined, error: Error | undefined): void {
    this.#forget(pending);
    const { accepted, remote } = pending;
    if (reason === undefined) return this.#owner.left(accepted, undefined);
    return this.#owner.left(accepted, { remote, reason, ...(error !== undefined && { error }) });
  }

  /** @internal */
  wake(pending: PendingConnection, at: number): void {
    pending.at = at;
    this.#dependencies.timers.add(pending);
  }

  /** @internal */
  late(pending: PendingConnection): void {
    const { step } = pending;
    // One that has done all only waits for its Tonic.
    if (step === undefined) return;
    const { timeout } = this.#settings;
    const error = step.tooLate(pending, timeout);
    if (error !== undefined) return pending.refuse(error);
    this.wake(pending, this.#dependencies.clock.now() + timeout);
    return pending.next();
  }
}
