import type { MessagePort } from 'node:worker_threads';
import { nodeWorkerThreads } from '../../core/lazy-node.js';

/** Freeing less memory than this costs more than its garbage collection. */
const FREED_FROM = 16 * 1024;

/** Other runtimes may keep what was written, and say that it has left. */
const isNode = !('bun' in process.versions) && !('deno' in process.versions);

/** Memory that is transferred to a closed port is freed. */
let closedPort: MessagePort | undefined;

/**
 * Frees the memory of received bytes that nobody needs any more, at once: they have no length from then on. Otherwise V8 marks all objects
 * of the program each time that 64 MiB of such memory have been used, which is a third of the work of a busy relay. Bytes that share
 * their memory with others are left as they are.
 */
export function freeMemory(bytes: Buffer): void {
  const memory = bytes.buffer as ArrayBuffer & { transfer?: (size: number) => ArrayBuffer };
  if (!isNode || bytes.length < FREED_FROM || bytes.length !== memory.byteLength) return;
  // From Node 21 on.
  if (memory.transfer !== undefined) memory.transfer(0);
  else (closedPort ??= newClosedPort()).postMessage(undefined, [memory]);
}

function newClosedPort(): MessagePort {
  const { port1, port2 } = new (nodeWorkerThreads().MessageChannel)();
  port2.close();
  port1.close();
  return port1;
}
