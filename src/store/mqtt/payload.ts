import type { StoreValue } from '../values.js';

/** The forms of payloads: JSON if the payload is JSON, else text; always text; or bytes. */
export type PayloadForm = 'json' | 'text' | 'bytes';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const NOTHING = Buffer.alloc(0);

/** The value of a payload. An empty payload is no value; bytes that are no UTF-8 text stay bytes. */
export function valueIn(payload: Uint8Array | string, form: PayloadForm): StoreValue | undefined {
  if (payload.length === 0) return undefined;
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  if (form === 'bytes') return Uint8Array.from(bytes);
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return Uint8Array.from(bytes);
  }
  return form === 'json' ? jsonOr(text) : text;
}

function jsonOr(text: string): StoreValue {
  try {
    return JSON.parse(text) as StoreValue;
  } catch {
    return text;
  }
}

/**
 * The payload of a value; an empty payload for no value. With the form `json` the same value can be read back, except
 * that a Date becomes its text. A text is sent as it is, unless it would be read as another value.
 * @throws {Error} if a value has no such payload.
 */
export function payloadOf(value: StoreValue | undefined, form: PayloadForm): Buffer {
  if (value === undefined) return NOTHING;
  if (ArrayBuffer.isView(value)) return Buffer.from(Uint8Array.from(bytesOf(value)));
  if (value instanceof ArrayBuffer) return Buffer.from(value.slice(0));
  if (form === 'bytes') throw new Error('it is not binary data');
  if (form === 'text' && typeof value !== 'object') return Buffer.from(String(value));
  if (typeof value === 'string' && value !== '' && jsonOr(value) === value) return Buffer.from(value);
  return Buffer.from(JSON.stringify(value, refusingOdd));
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function refusingOdd(_key: string, value: unknown): unknown {
  const isOdd = value instanceof Map || value instanceof Set || ArrayBuffer.isView(value) || isBuffer(value);
  if (isOdd || typeof value === 'bigint') throw new Error(`${nameOf(value)} has no JSON`);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${value} has no JSON`);
  return value;
}

function isBuffer(value: unknown): boolean {
  return value instanceof ArrayBuffer || value instanceof SharedArrayBuffer;
}

function nameOf(value: unknown): string {
  return typeof value === 'object' ? `a ${value?.constructor.name}` : `a ${typeof value}`;
}
