/** What is in a Store, and can be sent. */
export type StoreClientValue =
  | string
  | number
  | boolean
  | bigint
  | null
  | Date
  | ArrayBuffer
  | ArrayBufferView
  | ReadonlyMap<StoreClientValue, StoreClientValue | undefined>
  | ReadonlySet<StoreClientValue>
  | readonly (StoreClientValue | undefined)[]
  | { readonly [key: string]: StoreClientValue | undefined };

/** A value that cannot be sent, or bytes that are not a message. */
export class WireError extends Error {}

const DEEPEST = 500;
/** Of whatever length, they would take long to read. */
const BIGINT = /^-?\d{1,1000}$/;
const VIEWS =
  /^(?:Int8|Uint8|Uint8Clamped|Int16|Uint16|Int32|Uint32|Float32|Float64|BigInt64|BigUint64)Array$|^DataView$/;

interface Tagged {
  readonly $: string;
  readonly v?: unknown;
}

/**
 * What JSON says of a value: the value itself where it has words for it, else an object with `$`.
 * @throws {WireError}
 */
export function toWire(value: unknown, depth = 0): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (Object.is(value, -0)) return { $: 'number', v: '-0' };
      return Number.isFinite(value) ? value : { $: 'number', v: String(value) };
    case 'bigint':
      return { $: 'bigint', v: String(value) };
    case 'undefined':
      return { $: 'undefined' };
    case 'object':
      return value === null ? null : objectToWire(value, depth + 1);
    default:
      throw new WireError(`a ${typeof value} cannot be sent`);
  }
}

function objectToWire(value: object, depth: number): unknown {
  if (depth > DEEPEST) throw new WireError(`it is deeper than ${DEEPEST} levels`);
  if (Array.isArray(value)) return (value as unknown[]).map((one) => toWire(one, depth));
  const tag = tagOf(value);
  if (tag === 'Object') return fieldsToWire(value as Fields, depth);
  if (tag === 'Date') return { $: 'date', v: toWire((value as Date).getTime()) };
  if (tag === 'Set') return { $: 'set', v: Array.from(value as Set<unknown>, (one) => toWire(one, depth)) };
  if (tag === 'Map')
    return {
      $: 'map',
      v: Array.from(value as Map<unknown, unknown>, ([key, one]) => [toWire(key, depth), toWire(one, depth)]),
    };
  if (tag === 'ArrayBuffer') return { $: tag, v: base64(new Uint8Array(value as ArrayBuffer)) };
  const { buffer, byteOffset, byteLength } = value as ArrayBufferView;
  if (!VIEWS.test(tag) || tagOf(buffer) !== 'ArrayBuffer') throw new WireError(`what is of ${tag} cannot be sent`);
  return { $: tag, v: base64(new Uint8Array(buffer, byteOffset, byteLength)) };
}

type Fields = Record<string, unknown>;

function fieldsToWire(fields: Fields, depth: number): unknown {
  const proto: unknown = Object.getPrototypeOf(fields);
  if (proto !== null && Object.getPrototypeOf(proto) !== null)
    throw new WireError('an instance of a class cannot be sent');
  const sent = Object.fromEntries(Object.entries(fields).map(([key, one]) => [key, toWire(one, depth)]));
  return Object.hasOwn(fields, '$') ? { $: 'object', v: sent } : sent;
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4_096) text += String.fromCharCode(...bytes.subarray(at, at + 4_096));
  return btoa(text);
}

/**
 * The value that was sent, frozen. What is given is changed: it is what JSON.parse() has made.
 * @throws {WireError}
 */
export function fromWire(wire: unknown, depth = 0): StoreClientValue | undefined {
  if (typeof wire !== 'object' || wire === null) return wire as StoreClientValue;
  if (depth >= DEEPEST) throw new WireError(`it is deeper than ${DEEPEST} levels`);
  if (Array.isArray(wire)) return fieldsFromWire(wire as unknown as Fields, depth) as StoreClientValue;
  if (!Object.hasOwn(wire, '$')) return fieldsFromWire(wire as Fields, depth) as StoreClientValue;
  try {
    return untagged(wire as Tagged, depth);
  } catch (thrown) {
    if (thrown instanceof WireError) throw thrown;
    throw new WireError(`it is not a value of the kind "${String((wire as Tagged).$).slice(0, 20)}"`);
  }
}

function fieldsFromWire(fields: Fields, depth: number): Fields {
  // Each is a field of its own: also one that is called __proto__ is set as such.
  for (const key of Object.keys(fields)) {
    const value = fields[key];
    if (typeof value === 'object' && value !== null) fields[key] = fromWire(value, depth + 1);
  }
  return Object.freeze(fields);
}

function untagged({ $: tag, v: inner }: Tagged, depth: number): StoreClientValue | undefined {
  switch (tag) {
    case 'undefined':
      return undefined;
    case 'object':
      return fieldsFromWire(inner as Fields, depth) as StoreClientValue;
    case 'number':
      return Number(inner);
    case 'bigint':
      if (!BIGINT.test(inner as string)) throw new WireError('it is not a bigint');
      return BigInt(inner as string);
    case 'date':
      return new Date(fromWire(inner) as number);
    case 'set':
      return new Set(fromWire(inner, depth + 1) as StoreClientValue[]);
    case 'map':
      return new Map(fromWire(inner, depth + 1) as [StoreClientValue, StoreClientValue][]);
    default:
      return bytesOf(tag, inner);
  }
}

type ViewClass = new (buffer: ArrayBuffer) => ArrayBufferView;

function bytesOf(tag: string, text: unknown): ArrayBuffer | ArrayBufferView {
  const isView = VIEWS.test(tag);
  if (typeof text !== 'string' || (!isView && tag !== 'ArrayBuffer')) throw new WireError('it is of an unknown kind');
  const { buffer } = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return isView ? new (globalThis as unknown as Record<string, ViewClass>)[tag]!(buffer) : buffer;
}

/** Whether two values are equal: by what would be sent of them. */
export function same(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  const areObjects = typeof one === 'object' && typeof other === 'object' && one !== null && other !== null;
  return areObjects && JSON.stringify(toWire(one)) === JSON.stringify(toWire(other));
}
