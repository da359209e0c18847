import type { Transferable } from 'node:worker_threads';
import { NotSendable } from './leaves.js';
import type { Step } from './path.js';
import type { TransferRef } from './refs.js';

/** A value that is to be transferred, and its path. */
interface Move {
  readonly value: unknown;
  readonly list: readonly Transferable[];
  readonly ref: TransferRef | undefined;
  readonly path: readonly Step[];
}

/** A value that `structuredClone` refuses after it has checked the list, and before it transfers anything. */
const PROBE = Symbol('nothing is moved');

/**
 * The values that an order transfers. They stay here until the rest of the order is packed, and are then transferred
 * together: an order that is refused leaves them untouched.
 */
export class TransferList {
  readonly #all: Move[] = [];

  get count(): number {
    return this.#all.length;
  }

  /** Adds a value, or the list of its parts, to be transferred. */
  add(value: unknown, list: readonly Transferable[], ref: TransferRef | undefined, path: readonly Step[]): void {
    this.#all.push({ value, list, ref, path });
  }

  /** Removes all but the first ones. */
  cut(count: number): void {
    this.#all.length = count;
  }

  /** The path of the first value that cannot be transferred, and the reason. */
  refused(): { readonly path: readonly Step[]; readonly why: NotSendable } | undefined {
    const seen = new Set<unknown>();
    for (const { list, path } of this.#all) {
      const twice = list.some((item) => seen.size === seen.add(item).size);
      const cause = twice ? new TypeError('it is given twice') : whyNot(list);
      if (cause !== undefined) return { path, why: refusal(cause) };
    }
    return undefined;
  }

  /**
   * Transfers all values, or none.
   * @returns the list to be named in the message.
   * @throws if one of them cannot be transferred.
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

  /** The same, if {@link commit} has thrown and {@link refused} finds nothing. */
  refusedBy(thrown: unknown): { readonly path: readonly Step[]; readonly why: NotSendable } {
    return this.refused() ?? { path: this.#all[0]!.path, why: refusal(thrown) };
  }
}

function refusal(cause: unknown): NotSendable {
  return new NotSendable('a transfer of what cannot be moved', 'give what is transferable, and once', cause);
}

/** The reason why these cannot be transferred. Nothing is transferred here. */
function whyNot(list: readonly Transferable[]): unknown {
  try {
    list.forEach(check);
    structuredClone(PROBE, { transfer: [...list] as never });
  } catch (thrown) {
    if (!String((thrown as Error).message).includes(PROBE.description!)) return thrown;
  }
  return undefined;
}

/** Throws if it was transferred before, or is a stream in use. Node would notice that after transferring others. */
function check(item: Transferable): void {
  if (item instanceof ArrayBuffer) new Uint8Array(item);
  else if ((item as { readonly locked?: unknown }).locked === true) throw new TypeError('it is in use');
}
