/** What the workers of this example can be told, wherever they live. */
export interface Counter {
  /** Counts the primes below a number. */
  ttsc__count(below: number): void;
  /** Stops, as soon as it hears it. */
  ttsc__cancel(): void;
}

/** What their base hears. */
export interface CounterClient {
  /** It is done, after so many ms. */
  ttse__onCounted(primes: number, ms: number): void;
  /** How far it is, from 0 to 1. */
  ttse__onProgress(share: number): void;
  /** It has stopped on the way. */
  ttse__onCancelled(share: number): void;
}
