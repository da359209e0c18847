import type { Transferable } from 'node:worker_threads';
import { Uncrossable } from './leaves.js';
import type { Step } from './path.js';
import type { MovedRef } from './refs.js';

/** One thing that is to be moved, with where it was given. */
interface Move {
  readonly value: unknown;
  readonly list: readonly Transferable[];
  readonly ref: MovedRef | undefined;
  readonly path: readonly Step[];
}

/** What `structuredClone` refuses after it has looked at the list, and before it moves anything. */
const PROBE = Symbol('nothing is moved');

/**
 * What an order moves. It stays here until all else of the order has been packed, and then moves at once: an order that is refused
 * leaves it untouched.
 */
export class Moves {
  readonly #all: Move[] = [];

  get count(): number {
    return this.#all.length;
  }

  /** Notes something to be moved, or a list of what is moved along. */
  add(value: unknown, list: readonly Transferable[], ref: MovedRef | undefined, path: readonly Step[]): void {
    this.#all.push({ value, list, ref, path });
  }

  /** Forgets all but the first ones. */
  cut(count: number): void {
    this.#all.length = count;
  }

  /** The place of the first one that cannot be moved, and why. */
  refused(): { readonly path: readonly Step[]; readonly why: Uncrossable } | undefined {
    const seen = new Set<unknown>();
    for (const { list, path } of this.#all) {
      const twice = list.some((item) => seen.size === seen.add(item).size);
      const cause = twice ? new TypeError('it is given twice') : whyNot(list);
      if (cause !== undefined) return { path, why: refusal(cause) };
    }
    return undefined;
  }

  /**
   * Moves all, or nothing.
   * @returns what is to be named in the message.
   * @throws where one of them cannot be moved.
   */
  commit(): Transferable[] {
    const list = this.#all.flatMap((move) => move.list);
    list.forEach(check);
    const values = this.#all.map((move) => move.value);
    const [movedValues, movedList] = structuredClone([values, list] as const, { transfer: list as never });
    for (const [at, { ref }] of this.#all.entries()) if (ref !== undefined) ref.value = movedValues[at];
    this.#all.length = 0;
    return movedList;
  }

  /** The same, where {@link commit} has thrown this and {@link refused} finds nothing. */
  refusedBy(thrown: unknown): { readonly path: readonly Step[]; readonly why: Uncrossable } {
    return this.refused() ?? { path: this.#all[0]!.path, why: refusal(thrown) };
  }
}

function refusal(cause: unknown): Uncrossable {
  return new Uncrossable('a transfer of what cannot be moved', 'give what is transferable, and once', cause);
}

/** Why these cannot be moved. Nothing is moved. */
function whyNot(list: readonly Transferable[]): unknown {
  try {
    list.forEach(check);
    structuredClone(PROBE, { transfer: [...list] as never });
  } catch (thrown) {
    if (!String((thrown as Error).message).includes(PROBE.description!)) return thrown;
  }
  return undefined;
}

/** Throws where it was moved away, or is a stream in use: Node would find that out after it had moved others. */
function check(item: Transferable): void {
  if (item instanceof ArrayBuffer) new Uint8Array(item);
  else if ((item as { readonly locked?: unknown }).locked === true) throw new TypeError('it is in use');
}
