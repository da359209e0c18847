// What one would write by hand: values by path, and listeners by path.
export class MapStore {
  #values = new Map();
  #listeners = new Map();

  get(path) {
    return this.#values.get(path);
  }

  set(path, value) {
    const old = this.#values.get(path);
    if (Object.is(old, value)) return;
    this.#values.set(path, value);
    for (const listener of this.#listeners.get(path) ?? []) listener({ path, value, old });
  }

  subscribe(path, listener) {
    const listeners = this.#listeners.get(path);
    if (listeners === undefined) this.#listeners.set(path, new Set([listener]));
    else listeners.add(listener);
  }
}
