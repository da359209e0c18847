import { fail } from './errors.js';
import type { AnyTonic } from './any-tonic.js';

/**
 * The registry of an app: every Tonic by id and by name, and the tree of infusions.
 *
 * Ids are small integers; the id of a Tonic that has finished is given again. Names are unique.
 */
export class Ledger {
  readonly #byId: (AnyTonic | undefined)[] = [];
  readonly #free: number[] = [];
  /** Given names only: a default name holds its id, so ten thousand connections need no entry here. */
  readonly #byName = new Map<string, AnyTonic>();
  #size = 0;

  /** How many Tonics there are. */
  get size(): number {
    return this.#size;
  }

  /** The Tonic with this id. */
  get(id: number): AnyTonic | undefined {
    return this.#byId[id];
  }

  /** The Tonic with this name, given or default. */
  find(name: string): AnyTonic | undefined {
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
   * ```
   */
  dump(): string {
    const lines: string[] = [];
    const write = (tonic: AnyTonic, depth: number): void => {
      const state = tonic.state === undefined ? '' : ` [${tonic.state}]`;
      lines.push(`${'  '.repeat(depth)}${tonic.id} ${tonic.name} (${tonic.constructor.name})${state}`);
      for (const infusion of tonic.infusions) write(infusion, depth + 1);
    };
    for (const tonic of this) if (tonic._ttBase === undefined) write(tonic, 0);
    return lines.join('\n');
  }

  /**
   * Enters a Tonic and gives it its id.
   * @internal
   */
  enter(tonic: AnyTonic, name: string | undefined): number {
    if (name !== undefined) {
      const holder = this.find(name);
      if (holder !== undefined)
        throw fail('TT_NAME_TAKEN', { name, holder: `${holder.id} (${holder.constructor.name})` });
      this.#byName.set(name, tonic);
    }
    const id = this.#freeId(name === undefined ? tonic._ttPlan.className : undefined);
    this.#byId[id] = tonic;
    this.#size++;
    return id;
  }

  /** An id for a Tonic, and for one that takes its default name, not one whose default name somebody was given. */
  #freeId(className: string | undefined): number {
    const id = this.#free.pop() ?? this.#byId.push(undefined) - 1;
    if (className === undefined || !this.#byName.has(defaultName(id, className))) return id;
    const other = this.#freeId(className);
    this.#free.push(id);
    return other;
  }

  /** @internal */
  leave(id: number, name: string | undefined): void {
    this.#byId[id] = undefined;
    this.#free.push(id);
    this.#size--;
    if (name !== undefined) this.#byName.delete(name);
  }
}

/** What a Tonic without a name of its own is called: its id in two digits or more, a dot and its class. */
export function defaultName(id: number, className: string): string {
  return `${String(id).padStart(2, '0')}.${className}`;
}
