import { ofFramework } from '../../core/plan/plan.js';
import { Life } from '../../core/life.js';
import { runAs } from '../../core/running.js';
import { Tonic } from '../../core/tonic.js';
import type { AnyTonic } from '../../core/any-tonic.js';
import type { ReplicaMessages } from './messages.js';

/** The part of the Store that gets the messages. */
interface StoreReplicaHost {
  needs(receiver: StoreReplica, base: AnyTonic | undefined): boolean;
  toReplica(kind: keyof ReplicaMessages, content: readonly unknown[]): void;
}

/**
 * Receives the messages of the owner for a thread's copy of a Store, as sparkles. It lives as long as the copy is used
 * in the thread.
 */
export class StoreReplica extends Tonic {
  readonly #place: StoreReplicaHost;

  constructor(place: StoreReplicaHost) {
    super();
    this.#place = place;
  }

  /** @internal */
  _ttss__storeMessage(kind: keyof ReplicaMessages, ...content: readonly unknown[]): void {
    this.#place.toReplica(kind, content);
  }

  /** @internal The last user has finished. */
  _ttRetire(): void {
    if (this._ttLife === Life.running) runAs(undefined, () => this.ttsc__finish());
    else this._ttss__end();
  }

  /** @internal Users may write while they finish, so its base waits for them. */
  override _ttHoldsEnd(): boolean {
    return this.#place.needs(this, this._ttBase);
  }
}
ofFramework(StoreReplica);
