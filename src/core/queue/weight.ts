/** Views larger than this are asked for their memory: of a small one that would have to be made first. */
const SMALL_VIEW = 4_096;

/**
 * Roughly how many bytes the arguments of an order keep in memory: those of buffers and texts, in a list of them, too. What lies deeper
 * is not looked for, since a look at it would cost more than the order; shared memory is nobody's.
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
      // A proxy that cannot be looked at, as one that was revoked.
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
