// What every server of the benchmark does beside serving: tell that it is there, end when told, answer for its memory.

/** A benchmark that was killed must not leave servers behind. */
const LONGEST_LIFE_MS = 10 * 60 * 1000;

/** @param {number} port */
export function tellPort(port) {
  tell({ port });
}

/** An app that has no port is there. */
export function tellReady() {
  tell({ ready: true });
}

/** @param {object} what */
function tell(what) {
  process.stdout.write(`${JSON.stringify(what)}\n`);
  setTimeout(() => process.exit(3), LONGEST_LIFE_MS).unref();
  if (globalThis.gc) process.on('SIGUSR2', tellMemory);
}

/** Twice: what the first collection finalises, the second one frees. */
function tellMemory() {
  globalThis.gc();
  globalThis.gc();
  const { rss, heapUsed } = process.memoryUsage();
  process.stdout.write(`${JSON.stringify({ rss, heap: heapUsed })}\n`);
}
