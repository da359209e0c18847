import type { Address, SendFailure } from './network.js';

/** So many failures are told one by one; what fails beyond that is told as one, until some were taken. */
const MOST = 100;

type Kept = { -readonly [K in keyof SendFailure]: SendFailure[K] };

/**
 * Datagrams that did not leave, until somebody is told. Those that failed in the same way on their way to the same address are one
 * failure with a count, and there are at most a hundred failures: a broken network under a flood of datagrams is no flood of errors.
 */
export class SendFailures {
  /** All that failed so far. */
  messages = 0;
  readonly #kept = new Map<string, Kept>();

  /** @param to where it was to go; `undefined` for the one peer of a connected socket. */
  add(error: Error, to: Address | undefined, bytes: number): void {
    this.messages++;
    const key = keyOf(error, to);
    const kept = this.#kept.get(key) ?? (this.#kept.size >= MOST ? this.#kept.get('') : undefined);
    if (kept === undefined) {
      const others = this.#kept.size >= MOST;
      this.#kept.set(others ? '' : key, { error, to: others ? undefined : to, messages: 1, bytes, others });
      return;
    }
    kept.messages++;
    kept.bytes += bytes;
    if (kept.others) kept.error = error;
  }

  /** The failure that has waited for longest. */
  take(): SendFailure | undefined {
    const [first] = this.#kept;
    if (first === undefined) return undefined;
    this.#kept.delete(first[0]);
    return first[1];
  }
}

function keyOf(error: Error, to: Address | undefined): string {
  const { code = error.message } = error as NodeJS.ErrnoException;
  return `${code} ${to?.address} ${to?.port}`;
}
