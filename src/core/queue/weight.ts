/** Only larger views are asked for their buffer: a small view has none until it is asked. */
const SMALL_VIEW = 4_096;

/**
 * About how many bytes the arguments of an order keep in memory: buffers and texts, also in a list. Deeper values are
 * not searched, because that would take longer than the order; shared memory does not count.
 */
export function weightOf(args: readonly unknown[]): number {
  let bytes = 0;
  for (let n = 0; n < args.length; n++) {
    const value = args[n];
    if (typeof value === 'number') continue;
    try {
      if (Array.isArray(value)) for (let at = 0; at < value.length; at++) bytes += weightOfOne(value[at]);
      else bytes += weightOfOne(value);
    } catch {
      // A proxy that cannot be read, such as a revoked one.
    }
  }
  return bytes;
}

function weightOfOne(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  if (value instanceof ArrayBuffer) return value.byteLength;
  if (!ArrayBuffer.isView(value)) return 0;
  return value.byteLength > SMALL_VIEW && value.buffer instanceof SharedArrayBuffer ? 0 : value.byteLength;
}
