/** The notes that all connections share, each a text under a name. It is bounded: peers cannot fill the memory. */
export class Notes {
  readonly #texts = new Map<string, string>();

  constructor(readonly most = 1_000) {}

  get(name: string): string | undefined {
    return this.#texts.get(name);
  }

  /** Keeps a note; false where there is no place for another one. */
  put(name: string, text: string): boolean {
    if (this.#texts.size >= this.most && !this.#texts.has(name)) return false;
    this.#texts.set(name, text);
    return true;
  }

  delete(name: string): boolean {
    return this.#texts.delete(name);
  }
}
