import { ofFramework } from '../../core/plan/plan.js';
import { Life } from '../../core/life.js';
import { runAs } from '../../core/running.js';
import { Tonic } from '../../core/tonic.js';
import type { AnyTonic } from '../../core/any-tonic.js';
import type { ReplicaWords } from './words.js';

/** What it hears for. */
interface Hearing {
  needs(ear: StoreReplica, base: AnyTonic | undefined): boolean;
  toReplica(word: keyof ReplicaWords, said: readonly unknown[]): void;
}

/** The ear of a thread's copy of a Store: what its owner tells comes as its sparkles. It lives as long as somebody in the thread uses the Store. */
export class StoreReplica extends Tonic {
  readonly #place: Hearing;

  constructor(place: Hearing) {
    super();
    this.#place = place;
  }

  /** @internal */
  _ttss__ofStore(word: keyof ReplicaWords, ...said: readonly unknown[]): void {
    this.#place.toReplica(word, said);
  }

  /** @internal The last of its users has finished. */
  _ttRetire(): void {
    if (this._ttLife === Life.running) runAs(undefined, () => this.ttsc__finish());
    else this._ttss__end();
  }

  /** @internal They may have last words; its base waits for its end. */
  override _ttHoldsEnd(): boolean {
    return this.#place.needs(this, this._ttBase);
  }
}
ofFramework(StoreReplica);
