import type { Transferable } from 'node:worker_threads';

/** A value that is moved to the other thread, not copied. Made by {@link transfer}. */
export class Transfer {
  constructor(
    readonly value: unknown,
    readonly list: readonly Transferable[],
  ) {}
}

/**
 * Moves a value to the thread of a Remote that it is given to as an argument, instead of copying it: an `ArrayBuffer`, a typed array
 * or Buffer (with all the memory it looks at), a `MessagePort`, a stream. Here it is empty after the call. (A small Buffer, which shares
 * its memory with others, is copied.)
 *
 * ```ts
 * worker.ttsc__hash(transfer(bytes));
 * worker.ttsc__render(transfer({ pixels, width: 640 }, [pixels.buffer]));
 * ```
 *
 * It may stand in plain objects, in lists, and as an argument; right in a Map or a Set it is refused. A call that throws, for whatever
 * argument, moves nothing.
 *
 * @param list what is to be moved, where it is not the value itself but parts of it. They are moved wherever in the value they stand;
 *   its other parts are copied as ever.
 */
export function transfer<T>(value: T, list?: readonly Transferable[]): T {
  const whole = isPooled(value) ? Buffer.from(new Uint8Array(value).buffer) : value;
  const own = ArrayBuffer.isView(whole) ? whole.buffer : whole;
  return new Transfer(whole, list ?? [own as Transferable]) as unknown as T;
}

/** A small Buffer lies in memory that Node shares among many Buffers, so it can only be copied. */
function isPooled(value: unknown): value is Buffer {
  return Buffer.isBuffer(value) && value.length < Buffer.poolSize && value.buffer.byteLength === Buffer.poolSize;
}
