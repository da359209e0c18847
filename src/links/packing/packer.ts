import type { Transferable } from 'node:worker_threads';
import { Copier } from './copier.js';
import { isSimple, refusal } from './leaves.js';
import type { Exporter, Refs } from './refs.js';

/** Packs the arguments of orders, one order after the other, so that many can travel in one message. */
export class Packer {
  readonly #copier: Copier;

  constructor(exporter: Exporter) {
    this.#copier = new Copier(exporter);
  }

  /** What was replaced in the arguments of this order; `undefined` where nothing was. */
  get refs(): Refs | undefined {
    return this.#copier.refs;
  }

  /** What is moved with the message. */
  get moved(): readonly Transferable[] {
    return this.#copier.moved;
  }

  /**
   * Copies the arguments of an order, in their list. What is to be moved is moved when all of it can leave.
   * @throws {TaskTonicError} `TT_NOT_TRANSFERABLE`, with the path to what can't cross: nothing was moved, nothing leaves.
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
   * @throws {TaskTonicError} `TT_NOT_TRANSFERABLE`, with the path to what can't cross.
   */
  pack(value: unknown, index: number): unknown {
    return isSimple(value) ? value : this.#copier.copy(value, index);
  }

  /**
   * Moves what was given to be moved: all, or nothing.
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
   * Looks whether {@link commit} will go well.
   * @throws {TaskTonicError} `TT_NOT_TRANSFERABLE`
   */
  checkMoves(): void {
    const refused = this.#copier.moves.refused();
    if (refused !== undefined) throw refusal(refused.path, refused.why);
  }
}
