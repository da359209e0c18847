import { fail } from './errors.js';
import type { AnyTonic, RemoteHandle } from './any-tonic.js';
import type { Registry } from './scheduler.js';

/** The ids of thread n begin at n times this number. */
const IDS_OF_A_THREAD = 2 ** 20;

/**
 * The registry of a thread: every Tonic by id and by name, and the tree of infusions.
 *
 * Ids are small integers. Each thread has a range of its own, and the ids of finished Tonics are used again. Names are
 * unique within a thread.
 */
export class Ledger implements Registry {
  readonly #byId: (AnyTonic | undefined)[] = [];
  readonly #free: number[] = [];
  /** Only given names. A default name contains the id, so ten thousand connections need no entries here. */
  readonly #byName = new Map<string, AnyTonic>();
  #size = 0;
  /** @internal Finds a service by name. */
  findService: ((name: string) => RemoteHandle | undefined) | undefined = undefined;
  /** Finds a Tonic of another thread by its full name. @internal */
  elsewhere: ((name: string) => RemoteHandle | undefined) | undefined = undefined;
  /** The first id of this thread. */
  #first = 0;
  /** In other threads than the main one: the first Tonic, whose id was given by the thread that started this one. */
  #root: { readonly id: number; tonic?: AnyTonic | undefined } | undefined;

  /** How many Tonics there are. */
  get size(): number {
    return this.#size;
  }

  /** The Tonic with this id. */
  get(id: number): AnyTonic | undefined {
    return id === this.#root?.id ? this.#root.tonic : this.#byId[id - this.#first];
  }

  find(name: string): AnyTonic | RemoteHandle | undefined {
    return this.#named(name) ?? this.findService?.(name) ?? (name.includes('/') ? this.#findFull(name) : undefined);
  }

  #named(name: string): AnyTonic | undefined {
    const given = this.#byName.get(name);
    if (given !== undefined) return given;
    const digits = /^(\d{2,})\./.exec(name)?.[1];
    const byDefault = digits === undefined ? undefined : this.#byId[Number(digits)];
    return byDefault?.name === name ? byDefault : undefined;
  }

  #findFull(name: string): AnyTonic | RemoteHandle | undefined {
    const { name: catalyst } = this.#root?.tonic ?? this.#byId[0] ?? {};
    const own = `${catalyst}/`;
    return name.startsWith(own) ? this.#named(name.slice(own.length)) : this.elsewhere?.(name);
  }

  /** All Tonics, in the order of their ids. */
  *[Symbol.iterator](): IterableIterator<AnyTonic> {
    if (this.#root?.tonic !== undefined) yield this.#root.tonic;
    for (const tonic of this.#byId) if (tonic !== undefined) yield tonic;
  }

  /**
   * The tree of bases and infusions with their states, to be printed.
   *
   * ```text
   * 0 tt_main_catalyst (SelectorCatalyst)
   *   1 01.Main (Main)
   *     2 door (Door) [locked]
   *   3 03.Clock (Clock) service clock, used by 01.Main
   * ```
   */
  dump(): string {
    const lines: string[] = [];
    const write = (tonic: AnyTonic, depth: number): void => {
      const state = tonic.state === undefined ? '' : ` [${tonic.state}]`;
      const service = serviceLine(tonic);
      lines.push(`${'  '.repeat(depth)}${tonic.id} ${tonic.name} (${tonic.constructor.name})${state}${service}`);
      for (const infusion of tonic.infusions) write(infusion, depth + 1);
    };
    for (const tonic of this) if (tonic._ttBase === undefined) write(tonic, 0);
    return lines.join('\n');
  }

  /**
   * Makes it the Ledger of another thread. The first Tonic gets an id of the thread that started it.
   * @internal
   */
  beginFor(thread: number, rootId: number): void {
    this.#first = thread * IDS_OF_A_THREAD;
    this.#root = { id: rootId };
    // Index 0 is always the Catalyst.
    this.#byId.push(undefined);
  }

  /**
   * Enters a Tonic and returns its id.
   * @internal
   */
  enter(tonic: AnyTonic, name: string | undefined): number {
    if (name !== undefined) this.#takeName(name, tonic);
    this.#size++;
    if (this.#root !== undefined && !('tonic' in this.#root)) {
      this.#root.tonic = tonic;
      return this.#root.id;
    }
    const place = this.#freePlace(name === undefined ? tonic._ttPlan.className : undefined);
    this.#byId[place] = tonic;
    return place + this.#first;
  }

  #takeName(name: string, tonic: AnyTonic): void {
    const holder = this.#named(name);
    if (holder !== undefined)
      throw fail('TT_NAME_TAKEN', { name, holder: `${holder.id} (${holder.constructor.name})` });
    this.#byName.set(name, tonic);
  }

  /** A free index. For a Tonic with a default name, not one whose default name was given to another Tonic. */
  #freePlace(className: string | undefined): number {
    const place = this.#free.pop() ?? this.#byId.push(undefined) - 1;
    if (className === undefined || !this.#byName.has(defaultName(place, className))) return place;
    const other = this.#freePlace(className);
    this.#free.push(place);
    return other;
  }

  /** @internal */
  leave(id: number, name: string | undefined): void {
    this.#size--;
    if (name !== undefined) this.#byName.delete(name);
    if (id === this.#root?.id) {
      this.#root.tonic = undefined;
      return;
    }
    this.#byId[id - this.#first] = undefined;
    this.#free.push(id - this.#first);
  }
}

/** What it is as a service, and who uses it. */
function serviceLine({ _ttPlan: { service }, _ttScheduler: { services } }: AnyTonic): string {
  if (service === undefined) return '';
  const users = Array.from(services.usersOf(service), ({ name, thread }) =>
    thread === 0 ? name : `${name} in thread ${thread}`,
  );
  return ` service ${service}${users.length === 0 ? '' : `, used by ${users.join(', ')}`}`;
}

/** The default name of a Tonic: its id with at least two digits, a dot and its class. */
function defaultName(place: number, className: string): string {
  return `${String(place).padStart(2, '0')}.${className}`;
}

/** The default name for an id of a thread; the number begins at 0 in each thread. */
export function defaultNameOf(id: number, thread: number, className: string): string {
  return defaultName(id - thread * IDS_OF_A_THREAD, className);
}
