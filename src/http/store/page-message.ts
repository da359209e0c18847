import { fail } from '../../core/errors.js';
import type { PageMessage } from '../../store-client/messages.js';

/**
 * Reads a message of a page. The content of batches is checked when they are carried out.
 * @throws {TaskTonicError} `TT_STORE_MESSAGE`
 */
export function pageMessage(text: string): PageMessage {
  const told = parsed(text);
  if (typeof told !== 'object' || told === null || Array.isArray(told)) throw noMessage('it is not an object');
  const { follow, id, set, ping } = told as Partial<Record<string, unknown>>;
  if (Array.isArray(follow)) {
    if (!follow.every((path) => typeof path === 'string')) throw noMessage('"follow" is not a list of texts');
    if (!Number.isSafeInteger(id)) throw noMessage('"id" is not a whole number');
    return { follow: follow as string[], id: id as number };
  }
  if (Array.isArray(set)) {
    if (!set.every(isBatch)) throw noMessage('"set" is not a list of batches');
    return { set };
  }
  if (Number.isSafeInteger(ping)) return { ping: ping as number };
  throw noMessage('it has neither "follow" nor "set" nor "ping"');
}

/** A message that is no JSON; the WebSocket is closed with another code than for other bad messages. */
export class NotJson extends Error {}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new NotJson();
  }
}

function isBatch(one: unknown): one is readonly [number, readonly (readonly [string, unknown?])[]] {
  if (!Array.isArray(one) || one.length !== 2 || !Number.isSafeInteger(one[0]) || !Array.isArray(one[1])) return false;
  return (one[1] as unknown[]).every(isPair);
}

function isPair(one: unknown): boolean {
  return Array.isArray(one) && (one.length === 1 || one.length === 2) && typeof one[0] === 'string';
}

export function noMessage(problem: string): Error {
  return fail('TT_STORE_MESSAGE', { problem });
}
