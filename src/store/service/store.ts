import type { AnyTonic, RemoteHandle } from '../../core/any-tonic.js';
import { checkOptionsOf, takesOptions } from '../../core/options/class-options.js';
import { settingsIn } from '../../core/options/option-schema.js';
import { TonicSettings } from '../../core/options/tonic-options.js';
import { ownModule } from '../../core/own-module.js';
import { ofFramework } from '../../core/plan/plan.js';
import { Tonic } from '../../core/tonic.js';
import { USED } from '../../core/used.js';
import type { AnyShape } from '../typed-paths.js';
import { DiskPersistence } from './disk-persistence.js';
import { type Place, placeOf } from './place.js';
import type { StoreHandle } from './store-handle.js';
import { type StoreOptions, storeSchema } from './store-service-options.js';
import type { OwnerMessages } from './messages.js';

/** The shape of a Store; any shape if its class declares none. */
export type ShapeOf<Shape extends object> = object extends Shape ? AnyShape : Shape;

/**
 * The Store of an app: a tree of data that all its Tonics share, in every thread. It is a service: `this.use(Store)` gives a
 * {@link StoreHandle}. A class that extends it and gives `static service` another name is another Store.
 */
export class Store<Shape extends object = AnyShape> extends Tonic {
  static override readonly service: string = 'store';
  /** Only for the compiler: the type that `use()` returns. */
  declare readonly [USED]: StoreHandle<ShapeOf<Shape>>;

  /** @internal */
  static override readonly [USED] = (user: AnyTonic, service: RemoteHandle): StoreHandle =>
    placeOf(user._ttScheduler.runtime, service.name).use(user, service);

  readonly #place: Place;
  readonly #persistence: DiskPersistence | undefined;
  #disk: 'open' | 'closing' | 'closed' = 'closed';

  /**
   * @throws {TaskTonicError} `TT_BAD_OPTION`; with `persist`, if the kept data cannot be loaded: `TT_STORE_DIRECTORY`,
   *   `TT_STORE_LOCKED`, `TT_STORE_FORMAT`, `TT_STORE_DAMAGED`.
   */
  constructor(options: StoreOptions = {}) {
    checkOptionsOf(new.target, options);
    const settings = settingsIn(storeSchema, options, new.target.name);
    super(TonicSettings.of(settings));
    this.#place = placeOf(this._ttScheduler.runtime, this._ttPlan.service!);
    const { persist } = settings;
    if (persist !== undefined) {
      this.#persistence = new DiskPersistence(this, persist, () => this.#place.tree.contents());
      this.#disk = 'open';
    }
    this.#place.begin(this, settings, this.#persistence);
    this._ttScheduler.runtime.configurationHearers.add(this.#hearConfiguration);
  }

  /** Runs as a sparkle of its own, because by then the whole configuration has changed. */
  readonly #hearConfiguration = (): void => this._ttss__run({ run: () => this.#place.showConfiguration() });

  #hearNoMore(): void {
    this._ttScheduler.runtime.configurationHearers.delete(this.#hearConfiguration);
  }

  /** What is in it, for the class itself: it may fill it before anybody reads it. */
  protected get data(): StoreHandle<ShapeOf<Shape>> {
    return this.#place.use(this, undefined) as unknown as StoreHandle<ShapeOf<Shape>>;
  }

  /** @internal Messages of its replicas in other threads. */
  _ttss__storeMessage(kind: keyof OwnerMessages, ...content: readonly unknown[]): void {
    this.#place.toOwner(kind, content);
  }

  /** @internal Waits until its writes are on the disk. */
  override _ttHoldsEnd(): boolean {
    if (this.#disk === 'open') {
      this.#hearNoMore();
      this.#disk = 'closing';
      void this.#persistence!.close().then(() => {
        this.#disk = 'closed';
        this._ttss__end();
      });
    }
    return this.#disk === 'closing';
  }

  /** @internal */
  override _ttRelease(): void {
    this.#hearNoMore();
    void this.#persistence?.close();
    this.#place.end();
  }
}
ofFramework(Store);
ownModule(Store, import.meta.url);
takesOptions(Store, storeSchema);
