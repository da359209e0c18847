// How a program of this folder, or of threads/, tells its result: one JSON line.

const cpuBefore = process.cpuUsage();

/**
 * @param {bigint} started
 * @param {number} ops
 */
export function report(started, ops) {
  const ns = Number(process.hrtime.bigint() - started);
  const { user, system } = process.cpuUsage(cpuBefore);
  process.stdout.write(`${JSON.stringify({ ops, ns, cpuUs: user + system })}\n`);
}

/**
 * The same where the figure is no rate: what all of it took, in ms.
 * @param {number} ops
 * @param {number} ms
 */
export function tell(ops, ms) {
  process.stdout.write(`${JSON.stringify({ ops, ms })}\n`);
}

/** The number of operations: the last word of the command line. */
export const ops = Number(process.argv.at(-1)) || 5_000_000;
