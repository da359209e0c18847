// The one file of a world that touches the machine's time: a turn of a loop ends when Node's own microtasks have run.

/** Resolves after all microtasks and next ticks, in the check phase. */
export function afterMicrotasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Resolves after so many ms of the machine's time. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
