import {
  type AnyTonic,
  type BoundSparkle,
  Catalyst,
  type CatalystOptions,
  Formula,
  Tonic,
  type TonicOptions,
} from '../../../src/index.js';
import { Store, type StoreEvent, type StoreHandle, type StoreReadyInfo } from '../../../src/store/index.js';
import { Distiller } from '../../../src/testing/index.js';
import { codeOf } from '../../support/errors.js';

/** What a user of the Store saw when it had just asked for it. */
interface First {
  readonly ready: boolean;
  readonly read: string | undefined;
}

/** What a Tonic has that uses the Store, in whichever thread it lives; a test says what it does. */
export interface Uses extends AnyTonic {
  bind(key: 'ttse__onChange' | 'ttse__onOther'): BoundSparkle<(events: readonly StoreEvent[]) => void>;
  readonly store: StoreHandle;
  readonly first: First;
  /** What its subscriptions have heard: one entry a batch. */
  readonly heard: (readonly StoreEvent[])[];
  readonly readies: StoreReadyInfo[];
  ttsc__do(what: (user: Uses) => void): void;
  ttse__onChange(events: readonly StoreEvent[]): void;
  ttse__onOther(events: readonly StoreEvent[]): void;
  useTwin(): StoreHandle;
  useFrail(): StoreHandle;
}

/** What each does when it has just asked for the Store. */
let atFirst: (user: Uses) => void = () => {};

function firstOf(user: Uses): First {
  const { store } = user;
  const first = { ready: store.ready, read: codeOf(() => store.get('a')) };
  atFirst(user);
  return first;
}

export class Local extends Tonic implements Uses {
  store!: StoreHandle;
  first!: First;
  readonly heard: (readonly StoreEvent[])[] = [];
  readonly readies: StoreReadyInfo[] = [];

  ttse__onStart(): void {
    this.store = this.use(Store);
    this.first = firstOf(this);
  }
  ttse__onStoreReady(info: StoreReadyInfo): void {
    this.readies.push(info);
  }
  ttsc__do(what: (user: Uses) => void): void {
    what(this);
  }
  ttse__onChange(events: readonly StoreEvent[]): void {
    this.heard.push(events);
  }
  ttse__onOther(): void {}
  useTwin(): StoreHandle {
    return this.use(Twin);
  }
  useFrail(): StoreHandle {
    return this.use(Frail);
  }
  ttse__onFrailCompleted(): void {}
}

export class Worker extends Catalyst implements Uses {
  static override readonly module = import.meta.url;
  store!: StoreHandle;
  first!: First;
  readonly heard: (readonly StoreEvent[])[] = [];
  readonly readies: StoreReadyInfo[] = [];

  ttse__onStart(): void {
    this.store = this.use(Store);
    this.first = firstOf(this);
  }
  ttse__onStoreReady(info: StoreReadyInfo): void {
    this.readies.push(info);
  }
  ttsc__do(what: (user: Uses) => void): void {
    what(this);
  }
  ttse__onChange(events: readonly StoreEvent[]): void {
    this.heard.push(events);
  }
  ttse__onOther(): void {}
  useTwin(): StoreHandle {
    return this.use(Twin);
  }
  useFrail(): StoreHandle {
    return this.use(Frail);
  }
  ttse__onFrailCompleted(): void {}
}

/** A thread that does not use the Store itself, but whose visitors do. */
export class Host extends Catalyst {
  static override readonly module = import.meta.url;
  // prettier-ignore
  constructor(options: CatalystOptions = {}) { super(options); }

  ttsc__invite(name: string): void {
    new Local({ name });
  }
}

/** A Store of its own, which fills itself. */
export class Twin extends Store {
  static override readonly service = 'twin';
  static override readonly module = import.meta.url;

  constructor() {
    super();
    this.data.set('rooms/kitchen', 21);
  }

  ttsc__break(): void {
    throw new Error('broken');
  }
}

/** A Store that is not started again when it fails. */
export class Frail extends Store {
  static override readonly service = 'frail';
  static override readonly module = import.meta.url;
  static override readonly supervision = { limit: 0 };
  static isBroken = false;

  constructor() {
    if (Frail.isBroken) throw new Error('broken');
    super();
  }

  ttsc__break(): void {
    throw new Error('broken');
  }
}

/** An app with one Tonic in the main thread, and two threads. */
export class Threads extends Formula {
  creatingStartingTonics(): void {
    new Local({ name: 'local' } satisfies TonicOptions);
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

export interface Staging {
  /** Where the app joins; default: a Distiller of its own. */
  readonly distiller?: Distiller;
  /** What each does when it has just asked for the Store. */
  readonly first?: (user: Uses) => void;
}

/** The app, with the copies of the Store in all threads. */
export async function onThreads({ distiller: given, first = () => {} }: Staging = {}): Promise<Stage> {
  atFirst = first;
  const distiller = given ?? (await Distiller.start(Threads, { seed: 1 }));
  await distiller.settle();
  const [local, one, two] = [
    found<Local>(distiller, 'local'),
    found<Worker>(distiller, 'one'),
    found<Worker>(distiller, 'two'),
  ];
  return { distiller, local, one, two, all: [local, one, two] };
}

export function found<T extends AnyTonic>(distiller: Distiller, name: string): T {
  return distiller.find<T>(name)!;
}
