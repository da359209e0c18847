import { nodeUtil } from './lazy-node.js';

/** The limits of a log line: values, their depth, and characters of one text. */
const MOST_VALUES = 10_000;
const DEEPEST = 8;
const LONGEST_TEXT = 1_000_000;

const UNREADABLE = '[cannot be read]';

/**
 * A copy of any value in a form that JSON can express. It never throws: unreadable parts are replaced by a note, an
 * error gets its stack and its causes, a circle ends where it closes, and a BigInt becomes a text with all its digits.
 */
export function plain(value: unknown): unknown {
  return isPlain(value) ? value : new Copying().copy(value, 0);
}

/** The text of any value. It never throws. */
export function plainText(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return typeof value === 'object' || typeof value === 'function' ? nodeUtil().inspect(value) : String(value);
  } catch {
    return UNREADABLE;
  }
}

function isPlain(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return value.length <= LONGEST_TEXT;
    case 'number':
    case 'boolean':
    case 'undefined':
      return true;
    default:
      return value === null;
  }
}

class Copying {
  readonly #within: unknown[] = [];
  #left = MOST_VALUES;

  copy(value: unknown, depth: number): unknown {
    if (typeof value === 'string' && value.length > LONGEST_TEXT) return `${value.slice(0, LONGEST_TEXT)}...`;
    if (isPlain(value)) return value;
    if (typeof value !== 'object') return plainText(value);
    if (this.#within.includes(value)) return '[Circular]';
    if (depth >= DEEPEST || this.#left-- <= 0) return '[...]';
    this.#within.push(value);
    try {
      return this.#object(value!, depth);
    } catch {
      // A revoked proxy, a getter or a toJSON() that throws.
      return plainText(value);
    } finally {
      this.#within.pop();
    }
  }

  #object(value: object, depth: number): unknown {
    if (isError(value)) return this.#error(value, depth);
    if (value instanceof Map || value instanceof Set) return plainText(value);
    const { toJSON } = value as { readonly toJSON?: unknown };
    if (typeof toJSON === 'function') return this.copy(toJSON.call(value, ''), depth + 1);
    if (!Array.isArray(value)) return this.#fields(value, depth);
    const elements: unknown[] = [];
    for (let at = 0; at < value.length; at++) {
      if (this.#left-- <= 0) return [...elements, `[${value.length - at} more]`];
      elements.push(read(value, at, (element) => this.copy(element, depth + 1)) ?? null);
    }
    return elements;
  }

  #fields(of: object, depth: number): Record<string, unknown> {
    const fields: Record<string, unknown> = {};
    for (const name of Object.keys(of)) {
      if (this.#left-- <= 0) return { ...fields, '...': 'more was left out' };
      const value = read(of, name, (own) => this.copy(own, depth + 1));
      if (value !== undefined) set(fields, name, value);
    }
    return fields;
  }

  /** As in pino: the message and the stack include those of the causes. */
  #error(error: Error, depth: number): object {
    const causes = chainOf(error);
    const told: Record<string, unknown> = {
      type: read(error, 'constructor', (made) => plainText((made as { name?: unknown }).name ?? error.name)),
      message: causes.map((one) => textOf(one, 'message')).join(': '),
      stack: causes.map((one) => textOf(one, 'stack')).join('\ncaused by: '),
    };
    const all = read(error, 'errors', (errors) => (Array.isArray(errors) ? this.copy(errors, depth + 1) : undefined));
    if (all !== undefined) told['aggregateErrors'] = all;
    for (const [name, value] of Object.entries(this.#fields(error, depth)))
      if (name !== 'cause' && !(name in told)) set(told, name, value);
    return told;
  }
}

/** An error, its cause, the cause of that, and so on; a circle ends. */
function chainOf(error: Error): unknown[] {
  const chain: unknown[] = [];
  for (let one: unknown = error; one !== undefined && !chain.includes(one) && chain.length < DEEPEST;) {
    chain.push(one);
    one = isError(one) ? read(one, 'cause', (cause) => cause) : undefined;
  }
  return chain;
}

/** Whether a value is an error. It never throws. */
export function isError(value: unknown): value is Error {
  try {
    return value instanceof Error;
  } catch {
    return false;
  }
}

/** A cause that is no error is shown as a text. */
function textOf(one: unknown, key: 'message' | 'stack'): string {
  return isError(one) ? plainText(read(one, key, (value) => value ?? '')) : plainText(one);
}

function read(of: object, key: string | number, use: (value: unknown) => unknown): unknown {
  try {
    return use((of as Record<string | number, unknown>)[key]);
  } catch {
    return UNREADABLE;
  }
}

/** `__proto__` is a name like any other. */
function set(fields: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true });
}
