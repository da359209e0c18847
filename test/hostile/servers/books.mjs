// What both servers do beside serving: they tell their port, keep books, and open these when they are asked to.
import { requests } from './lines.mjs';

/** A test that was killed must not leave servers behind. */
const LONGEST_LIFE_MS = 15 * 60 * 1000;

/** What the protocol has seen of its connections; it must agree with what the server itself has counted. */
export const books = {
  connected: 0,
  /** @type {Record<string, Record<string, number>>} connections that have ended, by the kind of their peer, and by why */
  ended: {},
};

/**
 * @param {string} kind of the peer, as its first request said
 * @param {string} reason
 */
export function ended(kind, reason) {
  const reasons = (books.ended[kind] ??= {});
  reasons[reason] = (reasons[reason] ?? 0) + 1;
}

/**
 * Tells the port; and from now on, at SIGUSR2, the books, what the server has counted, and what is in memory after all garbage was collected.
 * @param {number} port
 * @param {() => { open: number }} counts what the server knows
 */
export function serveBooks(port, counts) {
  tell({ port });
  setTimeout(() => process.exit(3), LONGEST_LIFE_MS).unref();
  process.on('SIGUSR2', () => {
    const known = counts();
    // What the first collection finalises, the next one frees. While connections are open, garbage is of no interest.
    for (let i = 0; i < 3 && known.open === 0; i++) globalThis.gc?.();
    tell({ ...books, requests, ...known, heap: process.memoryUsage().heapUsed });
  });
}

/** @param {object} what */
function tell(what) {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}
