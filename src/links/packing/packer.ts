import type { Transferable } from 'node:worker_threads';
import { Copier } from './copier.js';
import { isSimple, refusal } from './leaves.js';
import type { Exporter, Refs } from './refs.js';

/** Packs the arguments of orders, one order after the other, so that one message can contain many. */
export class Packer {
  readonly #copier: Copier;

  constructor(exporter: Exporter) {
    this.#copier = new Copier(exporter);
  }

  /** The refs of the present order; `undefined` if there are none. */
  get refs(): Refs | undefined {
    return this.#copier.refs;
  }

  /** The values that are transferred with the message. */
  get moved(): readonly Transferable[] {
    return this.#copier.moved;
  }

  /**
   * Copies the arguments of an order, in their list. Values are transferred when everything else was copied.
   * @throws {TaskTonicError} `TT_NOT_TRANSFERABLE`, with the path of the part that cannot be sent: then nothing is
   *   transferred or sent.
   */
  packAll(args: unknown[]): void {
    this.begin();
    let at = 0;
    while (at < args.length && isSimple(args[at])) at++;
    if (at === args.length) return;
    try {
      for (; at < args.length; at++) args[at] = this.pack(args[at], at);
      if (this.#copier.moves.count > 0) this.commit();
    } catch (thrown) {
      this.#copier.drop(0);
      throw thrown;
    }
  }

  /** Begins a new order. */
  begin(): void {
    const copier = this.#copier;
    copier.refs = undefined;
    if (copier.moved.length > 0) copier.moved.length = 0;
    if (copier.moves.count > 0) copier.moves.cut(0);
  }

  /**
   * Copies one argument.
   * @throws {TaskTonicError} `TT_NOT_TRANSFERABLE`, with the path of the part that cannot be sent.
   */
  pack(value: unknown, index: number): unknown {
    return isSimple(value) ? value : this.#copier.copy(value, index);
  }

  /**
   * Transfers all values, or none.
   * @throws {TaskTonicError} `TT_NOT_TRANSFERABLE`
   */
  commit(): void {
    const { moved, moves } = this.#copier;
    try {
      moved.push(...moves.commit());
    } catch (thrown) {
      const { path, why } = moves.refusedBy(thrown);
      throw refusal(path, why);
    }
  }

  /**
   * Checks that {@link commit} will succeed.
   * @throws {TaskTonicError} `TT_NOT_TRANSFERABLE`
   */
  checkMoves(): void {
    const refused = this.#copier.moves.refused();
    if (refused !== undefined) throw refusal(refused.path, refused.why);
  }
}
