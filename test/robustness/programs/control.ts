import '../../../src/compose.js';
// The other end of test/robustness/support/program.ts: what a program tells its test, and what it is asked.

/** Tells the test something. */
export function tell(kind: string, fields: object = {}): void {
  if (process.connected) process.send!({ kind, ...fields });
}

/** Answers what the test asks; keeps nothing open. */
export function answering(answers: Record<string, () => object>): void {
  process.on('message', ({ kind }: { kind: string }) => tell(kind, answers[kind]!()));
  process.channel?.unref();
}

/** What it holds of memory, in bytes, after the garbage was collected (with `--expose-gc`). */
export function memory(): NodeJS.MemoryUsage {
  const { gc } = globalThis as { gc?: () => void };
  // V8 takes array buffers off the books only with the collection after the one that found them.
  gc?.();
  gc?.();
  return process.memoryUsage();
}
