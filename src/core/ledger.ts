import { fail } from './errors.js';
import type { AnyTonic, RemoteHandle } from './any-tonic.js';
import type { Registry } from './scheduler.js';
import type { SharedNames } from './threads-port.js';

/**
 * The registry of an app: every Tonic by id and by name, and the tree of infusions.
 *
 * Ids are small integers; the id of a Tonic that has finished is given again. Names are unique.
 */
export class Ledger implements Registry {
  readonly #byId: (AnyTonic | undefined)[] = [];
  readonly #free: number[] = [];
  /** Given names only: a default name holds its id, so ten thousand connections need no entry here. */
  readonly #byName = new Map<string, AnyTonic>();
  #size = 0;
  #shared: SharedNames | undefined;
  /** The id of the first Tonic, where another thread has given it: that one gives its name free, too. */
  #given: number | undefined;
  #givenTo: AnyTonic | undefined;

  /** @internal Finds the service with a name. */
  findService: ((name: string) => RemoteHandle | undefined) | undefined = undefined;

  /** @internal The highest id that was given. */
  get highestId(): number {
    return this.#byId.length - 1;
  }

  /** How many Tonics there are. */
  get size(): number {
    return this.#size;
  }

  /** The Tonic with this id. */
  get(id: number): AnyTonic | undefined {
    return this.#byId[id];
  }

  /**
   * The Tonic with this name, given or default; else the service with this name (`static service`), while it runs. That is the Tonic itself
   * where it lives in this thread; else its handle, the one that `use()` gives: its sparkles can be called. Away from the main thread
   * a service of another one is found while a Tonic of this thread uses it. Who finds it is no user of it, and does not keep it.
   */
  find(name: string): AnyTonic | RemoteHandle | undefined {
    return this.#named(name) ?? this.findService?.(name);
  }

  #named(name: string): AnyTonic | undefined {
    const given = this.#byName.get(name);
    if (given !== undefined) return given;
    const digits = /^(\d{2,})\./.exec(name)?.[1];
    const byDefault = digits === undefined ? undefined : this.#byId[Number(digits)];
    return byDefault?.name === name ? byDefault : undefined;
  }

  /** All Tonics, in the order of their ids. */
  *[Symbol.iterator](): IterableIterator<AnyTonic> {
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
   * From now on ids and names are unique among all threads of the app.
   * @internal
   */
  share(shared: SharedNames): void {
    this.#shared = shared;
    for (const name of this.#byName.keys()) shared.take(name);
  }

  /**
   * The first Tonic gets an id, and perhaps a name, that another thread has taken for it.
   * @internal
   */
  giveFirst(id: number): void {
    this.#given = id;
  }

  /**
   * Enters a Tonic and gives it its id.
   * @internal
   */
  enter(tonic: AnyTonic, name: string | undefined): number {
    const given = this.#given;
    this.#given = undefined;
    if (name !== undefined) this.#takeName(name, tonic, given === undefined);
    const id = given ?? this.#freeId(name === undefined ? tonic._ttPlan.className : undefined);
    if (given !== undefined) this.#givenTo = tonic;
    this.#byId[id] = tonic;
    this.#size++;
    return id;
  }

  #takeName(name: string, tonic: AnyTonic, sharing: boolean): void {
    const holder = this.#named(name);
    if (holder !== undefined)
      throw fail('TT_NAME_TAKEN', { name, holder: `${holder.id} (${holder.constructor.name})` });
    if (sharing && this.#shared?.take(name) === false)
      throw fail('TT_NAME_TAKEN', { name, holder: 'a Tonic of another thread' });
    this.#byName.set(name, tonic);
  }

  /** An id for a Tonic, and for one that takes its default name, not one whose default name somebody was given. */
  #freeId(className: string | undefined): number {
    const id = this.#free.pop() ?? this.#shared?.newId() ?? this.#byId.push(undefined) - 1;
    if (className === undefined || !this.#byName.has(defaultName(id, className))) return id;
    const other = this.#freeId(className);
    this.#free.push(id);
    return other;
  }

  /** @internal */
  leave(id: number, name: string | undefined): void {
    const isGiven = this.#givenTo !== undefined && this.#byId[id] === this.#givenTo;
    this.#byId[id] = undefined;
    if (!isGiven) this.#free.push(id);
    this.#size--;
    if (name === undefined) return;
    this.#byName.delete(name);
    if (!isGiven) this.#shared?.release(name);
  }
}

/** What it is as a service, and to whom. */
function serviceLine({ _ttPlan: { service }, _ttScheduler: { services } }: AnyTonic): string {
  if (service === undefined) return '';
  const users = Array.from(services.usersOf(service), ({ name, thread }) =>
    thread === 0 ? name : `${name} in thread ${thread}`,
  );
  return ` service ${service}${users.length === 0 ? '' : `, used by ${users.join(', ')}`}`;
}

/** What a Tonic without a name of its own is called: its id in two digits or more, a dot and its class. */
export function defaultName(id: number, className: string): string {
  return `${String(id).padStart(2, '0')}.${className}`;
}
