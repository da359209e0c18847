import { bench } from './bench.js';

/** What was heard, in order, for a test that waits for it. It waits for events, never for a time; virtual time passes meanwhile. */
export class Heard {
  readonly events: { readonly name: string; readonly args: readonly any[] }[] = [];
  readonly #waiting = new Set<(name?: string) => void>();

  push(name: string, ...args: unknown[]): void {
    this.events.push({ name, args });
    for (const look of this.#waiting) look(name);
  }

  /** Something that tests wait for has changed. */
  changed(): void {
    for (const look of this.#waiting) look();
  }

  /** The names, in the order heard. */
  get names(): string[] {
    return this.events.map(({ name }) => name);
  }

  count(name: string): number {
    return this.events.filter((event) => event.name === name).length;
  }

  /** The arguments of each event of that name. */
  all(name: string): (readonly any[])[] {
    return this.events.filter((event) => event.name === name).map(({ args }) => args);
  }

  /** Resolves with the arguments of the n-th event of that name, heard already or still to come. */
  async on(name: string, n = 1): Promise<readonly any[]> {
    await this.#until(() => this.count(name) >= n, `${name}, time ${n}`, name);
    return this.all(name)[n - 1]!;
  }

  /** Resolves when `holds` does; looked at whenever something was heard. */
  async until(holds: () => boolean, what = 'what was waited for'): Promise<void> {
    return this.#until(holds, what);
  }

  /** Where it hangs on one name alone, what has another is not looked at: to count all anew with each of thousands takes seconds. */
  async #until(holds: () => boolean, what: string, name?: string): Promise<void> {
    if (holds()) return;
    let look = (_heard?: string): void => {};
    const heard = new Promise<void>((resolve) => {
      look = (one = name) => {
        if (one !== name && name !== undefined) return;
        if (holds()) resolve();
      };
    });
    this.#waiting.add(look);
    try {
      await bench().until(heard);
    } catch (cause) {
      throw new Error(`not heard: ${what}; but ${JSON.stringify(this.names.slice(-20))}`, { cause });
    } finally {
      this.#waiting.delete(look);
    }
  }
}

/** Runs `body` in a sparkle of a Tonic that does what it is told, and waits for it. */
export async function inside<Teller extends { ttsc__do(body: () => void): void }, T>(
  tonic: Teller,
  body: (tonic: Teller) => T,
): Promise<T> {
  const done = new Promise<T>((resolve, reject) =>
    tonic.ttsc__do(() => {
      try {
        resolve(body(tonic));
      } catch (thrown) {
        reject(thrown as Error);
      }
    }),
  );
  return bench().until(done);
}
