import { ServiceHandle } from '../services/service-handle.js';

/** The limits of a copy: what is deeper, longer or more is replaced by a note. */
const DEEPEST = 4;
const MOST_ITEMS = 100;
const MOST_TEXT = 10_000;
const MOST_BYTES = 4_096;

/**
 * A frozen copy of a value, as it is now. It is bounded, calls nothing of the value's own, and never throws: a Tonic becomes
 * `{ tonic, id }`, a service `{ service }`, a function its name, what goes too deep or round in a circle a text in brackets.
 */
export function snapshot(value: unknown): unknown {
  return copy(value, [], 0);
}

/** A frozen list of copies. */
export function snapshots(values: readonly unknown[]): readonly unknown[] {
  return values.length === 0 ? NOTHING : Object.freeze(values.map(snapshot));
}

const NOTHING: readonly unknown[] = Object.freeze([]);

function copy(value: unknown, above: readonly object[], depth: number): unknown {
  if (typeof value === 'string') return cut(value);
  if (typeof value === 'function') return `[function ${value.name || 'without a name'}]`;
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) return '[circle]';
  try {
    return copyObject(value, above, depth);
  } catch {
    return '[cannot be read]';
  }
}

function copyObject(value: object, above: readonly object[], depth: number): unknown {
  if ('_ttPlan' in value) return tonicOf(value as unknown as { readonly name: unknown; readonly id: unknown });
  if (value instanceof ServiceHandle) return Object.freeze(value.toJSON());
  // Copied bytes cannot be frozen.
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return bytesOf(value);
  if (value instanceof Date) return Object.freeze(new Date(value.getTime()));
  if (depth === DEEPEST) return Array.isArray(value) ? `[list of ${value.length}]` : `[${className(value)}]`;
  const path = [...above, value];
  const inner = (item: unknown): unknown => copy(item, path, depth + 1);
  if (Array.isArray(value)) return list(value, inner);
  if (value instanceof Map) return Object.freeze({ map: list([...value.entries()], inner) });
  if (value instanceof Set) return Object.freeze({ set: list([...value.values()], inner) });
  if (value instanceof Error) return errorOf(value, inner);
  return fields(value, inner);
}

function list(items: readonly unknown[], inner: (item: unknown) => unknown): readonly unknown[] {
  const copied = items.slice(0, MOST_ITEMS).map(inner);
  if (items.length > MOST_ITEMS) copied.push(`[${items.length - MOST_ITEMS} more]`);
  return Object.freeze(copied);
}

function fields(value: object, inner: (item: unknown) => unknown): object {
  const copied: Record<string, unknown> = {};
  const keys = Object.keys(value);
  for (const key of keys.slice(0, MOST_ITEMS)) {
    const property = Object.getOwnPropertyDescriptor(value, key);
    const item = property === undefined || 'value' in property ? inner(property?.value) : '[getter]';
    Object.defineProperty(copied, key, { value: item, enumerable: true });
  }
  if (keys.length > MOST_ITEMS) copied['...'] = `[${keys.length - MOST_ITEMS} more]`;
  return Object.freeze(copied);
}

function errorOf(error: Error, inner: (item: unknown) => unknown): object {
  const code = Object.getOwnPropertyDescriptor(error, 'code')?.value as unknown;
  return Object.freeze({
    error: error.name,
    message: cut(error.message),
    ...(code !== undefined && { code: inner(code) }),
  });
}

function tonicOf({ name, id }: { readonly name: unknown; readonly id: unknown }): object {
  return Object.freeze({ tonic: name, id });
}

function bytesOf(view: ArrayBufferView): Buffer {
  const bytes = Buffer.from(view.buffer, view.byteOffset, Math.min(view.byteLength, MOST_BYTES));
  return Buffer.from(bytes);
}

function cut(text: string): string {
  return text.length <= MOST_TEXT ? text : `${text.slice(0, MOST_TEXT)}[${text.length - MOST_TEXT} more]`;
}

function className(value: object): string {
  const { constructor } = value as { constructor?: { name?: unknown } };
  return String(constructor?.name ?? 'Object');
}
