/** A value that comes later, from inside a Tonic or a callback. */
export class Later<T> {
  resolve!: (value: T) => void;
  readonly value = new Promise<T>((resolve) => (this.resolve = resolve));
}

/** Resolves when something holds that no event tells of; what never holds is told by name. */
export async function until(holds: () => boolean, what: string, ms = 8_000): Promise<void> {
  const end = performance.now() + ms;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
