import { Catalyst, type Remote, type Tonic } from '../../../src/index.js';
import { Store, type StoreHandle } from '../../../src/store/index.js';

/** How often each counts. */
export const ROUNDS = 100;

/** Counts, makes elements and writes into shared memory, in a thread of its own. */
export class Counter extends Catalyst {
  static override readonly module = import.meta.url;
  declare readonly base: Remote<Tonic & { ttsc__done(): void }>;
  private store!: StoreHandle;

  ttse__onStart(): void {
    this.store = this.use(Store);
  }
  ttse__onStoreReady(): void {
    const shared = this.store.get('shared') as Int32Array;
    for (let round = 0; round < ROUNDS; round++) {
      void this.store.update('count', (n) => Number(n ?? 0) + 1);
      this.store.set([
        ['list/#', this.name],
        ['list/./round', round],
      ]);
      Atomics.add(shared, 0, 1);
    }
    this.pipe(this.store.saved(), this.ttse__onSaved);
  }
  ttse__onSaved(): void {
    this.base.ttsc__done();
  }
}
