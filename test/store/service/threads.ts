import { Catalyst, type CatalystOptions, Formula, Tonic } from '../../../src/index.js';
import { Store, type StoreEvent, type StoreHandle, type StoreReadyInfo } from '../../../src/store/index.js';
import { Distiller } from '../../../src/testing/index.js';

/** Uses the Store, in whichever thread it lives, and does with it what a test says. */
export interface UsesStore {
  readonly store: StoreHandle;
  /** What its subscriptions have heard: one entry a batch. */
  readonly heard: (readonly StoreEvent[])[];
  readonly readies: StoreReadyInfo[];
  ttsc__do(what: (user: UsesStore & Tonic) => void): void;
  ttse__onChange(events: readonly StoreEvent[]): void;
}

export class Worker extends Catalyst implements UsesStore {
  static override readonly module = import.meta.url;
  store!: StoreHandle;
  readonly heard: (readonly StoreEvent[])[] = [];
  readonly readies: StoreReadyInfo[] = [];

  // prettier-ignore
  constructor(options: CatalystOptions = {}) { super(options); }

  ttse__onStart(): void {
    this.store = this.use(Store);
  }
  ttse__onStoreReady(info: StoreReadyInfo): void {
    this.readies.push(info);
  }
  ttsc__do(what: (user: UsesStore & Tonic) => void): void {
    what(this as never);
  }
  ttse__onChange(events: readonly StoreEvent[]): void {
    this.heard.push(events);
  }
  ttsc__end(): void {
    this.ttsc__finish();
  }
}

export class Local extends Tonic implements UsesStore {
  store!: StoreHandle;
  readonly heard: (readonly StoreEvent[])[] = [];
  readonly readies: StoreReadyInfo[] = [];

  ttse__onStart(): void {
    this.store = this.use(Store);
  }
  ttse__onStoreReady(info: StoreReadyInfo): void {
    this.readies.push(info);
  }
  ttsc__do(what: (user: UsesStore & Tonic) => void): void {
    what(this as never);
  }
  ttse__onChange(events: readonly StoreEvent[]): void {
    this.heard.push(events);
  }
}

/** An app with one Tonic in the main thread, and two threads. */
export class Threads extends Formula {
  creatingStartingTonics(): void {
    new Local({ name: 'local' });
    Worker.spawn({ name: 'one' });
    Worker.spawn({ name: 'two' });
  }
}

export interface Stage {
  readonly distiller: Distiller;
  readonly local: Local;
  readonly one: Worker;
  readonly two: Worker;
  readonly all: readonly (Local | Worker)[];
}

/** The app, with the copies of the Store in all threads. */
export async function onThreads(seed?: number): Promise<Stage> {
  const distiller = await Distiller.start(Threads, seed === undefined ? {} : { seed });
  await distiller.settle();
  const [local, one, two] = [
    distiller.find<Local>('local')!,
    distiller.find<Worker>('one')!,
    distiller.find<Worker>('two')!,
  ];
  return { distiller, local, one, two, all: [local, one, two] };
}
