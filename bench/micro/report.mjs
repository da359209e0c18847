// How a program of this folder tells its result: one JSON line.

/**
 * @param {bigint} started
 * @param {number} ops
 */
export function report(started, ops) {
  const ns = Number(process.hrtime.bigint() - started);
  process.stdout.write(`${JSON.stringify({ ops, ns })}\n`);
}

/** The number of operations, from the command line. */
export const ops = Number(process.argv[2] ?? 5_000_000);
