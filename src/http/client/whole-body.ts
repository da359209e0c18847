import type { IncomingMessage } from 'node:http';
import { fail } from '../../core/errors.js';
import type { Exchange } from './exchange.js';

/** Reads a body up to a limit, and delivers it as a whole. */
export function readWhole(
  exchange: Exchange,
  message: IncomingMessage,
  limit: number,
  name: string,
  method: string,
  whole: (body: Buffer) => void,
): void {
  const tooLong = (): void => exchange.failWith(fail('TT_HTTP_BODY_TOO_LONG', { request: name, max: limit }));
  if (hasBody(message, method) && Number(message.headers['content-length'] ?? 0) > limit) return tooLong();
  const chunks: Buffer[] = [];
  let size = 0;
  message.on('data', (chunk: Buffer) => {
    exchange.heard();
    size += chunk.length;
    if (size > limit) return tooLong();
    chunks.push(chunk);
    return undefined;
  });
  message.on('end', () => {
    // An incomplete body also emits `end`; then its exchange fails.
    if (!message.complete || size > limit) return;
    exchange.done();
    whole(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
  });
  return undefined;
}

/** Whether a body follows. Answers to HEAD, and 304, give the length of a body that is not sent (RFC 9110, 8.6). */
function hasBody({ statusCode }: IncomingMessage, method: string): boolean {
  return method !== 'HEAD' && statusCode !== 304;
}
