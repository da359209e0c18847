import type { MessagePort } from 'node:worker_threads';
import { nodeWorkerThreads } from '../../core/lazy-node.js';

/** The memory of less than this is not worth a call. */
const WORTH = 16 * 1024;

/** It is closed: what is moved to it is gone. */
let nowhere: MessagePort | undefined = undefined;

/**
 * Frees the memory of bytes now that nobody reads any more, in place of the next run of the garbage collector; the bytes are empty then.
 *
 * Node reads each piece into memory of its own. The collector counts that memory, but does not see it as a part of the heap: where a gigabyte passes and few objects are made, it
 * marks the whole heap again and again. And memory that is freed at once is used again while it is in the caches of the processor.
 *
 * @param bytes that have memory for themselves: others are left alone.
 */
export function freeMemory(bytes: Buffer): void {
  const { buffer, length } = bytes;
  if (length < WORTH || buffer.byteLength !== length || !(buffer instanceof ArrayBuffer)) return;
  (nowhere ??= closedPort()).postMessage(null, [buffer]);
}

function closedPort(): MessagePort {
  const { MessageChannel } = nodeWorkerThreads();
  const { port1 } = new MessageChannel();
  port1.close();
  return port1;
}
