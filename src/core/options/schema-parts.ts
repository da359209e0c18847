import type * as v from 'valibot';

/** The readable parts of a description of options (a schema of valibot). */
export interface Parts {
  readonly type: string;
  readonly kind?: string;
  readonly pipe?: readonly Parts[];
  readonly requirement?: unknown;
  readonly check?: (input: unknown) => boolean;
  readonly entries?: Readonly<Record<string, v.GenericSchema>>;
  readonly rest?: v.GenericSchema;
  readonly wrapped?: v.GenericSchema;
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
  readonly item?: v.GenericSchema;
  readonly items?: readonly v.GenericSchema[];
  readonly value?: v.GenericSchema;
  readonly getter?: (input: unknown) => v.GenericSchema;
  readonly default?: unknown;
  readonly message?: unknown;
  /** Present in actions that only carry information: `description()`, `metadata()`. */
  readonly description?: unknown;
  readonly metadata?: unknown;
}

export const partsOf = (schema: v.GenericSchema): Parts => schema as unknown as Parts;
const COMBINED: ReadonlySet<string> = new Set(['union', 'variant', 'intersect']);
const CHOICES: ReadonlySet<string> = new Set(['picklist', 'enum', 'literal']);
const CLOSED: ReadonlySet<string> = new Set(['object', 'strict_object']);
const OBJECTS: ReadonlySet<string> = new Set([...CLOSED, 'loose_object', 'object_with_rest', 'record']);
const LISTS: ReadonlySet<string> = new Set(['array', 'tuple', 'strict_tuple', 'loose_tuple', 'tuple_with_rest']);

/** The schemas that a value may match, without wrappers such as `optional`, `union` and `lazy`. */
export function alternatives(schema: v.GenericSchema): readonly v.GenericSchema[] {
  const { type, wrapped, options, getter } = partsOf(schema);
  if (wrapped !== undefined) return alternatives(wrapped);
  if (COMBINED.has(type)) return (options as v.GenericSchema[]).flatMap(alternatives);
  if (type === 'lazy' && getter !== undefined) return alternatives(getter(undefined));
  return [schema];
}

/** The schemas of a member or element with this name. Empty if there is none, or if it is not described. */
export function childrenOf(schemas: readonly v.GenericSchema[], key: string): readonly v.GenericSchema[] {
  return schemas.flatMap((schema) => {
    const child = childOf(schema, key);
    return child === undefined ? [] : alternatives(child);
  });
}

/** The schema of a member of one schema, with its wrappers. */
export function childOf(schema: v.GenericSchema, key: string): v.GenericSchema | undefined {
  const { type, entries = {}, rest, item, items, value } = partsOf(schema);
  return (
    (Object.hasOwn(entries, key) ? entries[key] : undefined) ??
    (type === 'record' ? value : undefined) ??
    (/^\d+$/.test(key) ? (items?.[Number(key)] ?? item) : undefined) ??
    rest
  );
}

/** Whether a schema, or a schema in its wrappers, has valibot's `metadata()` with this name set to true. */
export function hasMark(schema: v.GenericSchema, name: string): boolean {
  const { pipe = [], wrapped } = partsOf(schema);
  const marks = pipe.some(
    ({ type, metadata }) => type === 'metadata' && (metadata as Readonly<Record<string, unknown>>)[name] === true,
  );
  return marks || (wrapped !== undefined && hasMark(wrapped, name));
}

/** The names of the described members. */
export function namesIn(schemas: readonly v.GenericSchema[]): string[] {
  return schemas.flatMap((schema) => Object.keys(partsOf(schema).entries ?? {}));
}

/** Whether members that are not described are forbidden. */
export function isClosed(schemas: readonly v.GenericSchema[]): boolean {
  return schemas.length > 0 && schemas.every((schema) => CLOSED.has(partsOf(schema).type));
}

export function isList(schemas: readonly v.GenericSchema[]): boolean {
  return schemas.some((schema) => LISTS.has(partsOf(schema).type));
}

export function isFlag(schemas: readonly v.GenericSchema[]): boolean {
  return schemas.length > 0 && schemas.every((schema) => partsOf(schema).type === 'boolean');
}

const VALUES: ReadonlySet<string> = new Set(['string', 'number', ...CHOICES, ...OBJECTS, ...LISTS]);

/** Whether neither true nor false is allowed. */
export function wantsValue(schemas: readonly v.GenericSchema[]): boolean {
  return schemas.length > 0 && schemas.every((schema) => VALUES.has(partsOf(schema).type));
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'yes', 'on', '1'].map((word) => [word, true] as const),
  ...['false', 'no', 'off', '0'].map((word) => [word, false] as const),
]);

/**
 * Converts a text to the described type: one of the choices, a number, a flag, `null`, JSON, or a list with commas.
 * Text that fits none of them stays a text, so that the error shows it as it was written.
 */
export function valueOfText(text: string, schemas: readonly v.GenericSchema[]): unknown {
  for (const read of READERS) {
    for (const schema of schemas) {
      const value = read(text, partsOf(schema));
      if (value !== undefined) return value;
    }
  }
  return text;
}

/** In this order: an exact match of a choice is the most certain meaning. */
const READERS: readonly ((text: string, parts: Parts) => unknown)[] = [
  (text, { type, options, literal }) =>
    CHOICES.has(type) ? (options ?? [literal]).find((option) => String(option) === text) : undefined,
  (text, { type }) => (type === 'number' ? numberOf(text) : undefined),
  (text, { type }) => (type === 'bigint' && /^-?\d+$/.test(text) ? BigInt(text) : undefined),
  (text, { type }) => (type === 'boolean' ? flagOf(text) : undefined),
  (text, { type }) => (type === 'null' && text === 'null' ? null : undefined),
  (text, { type }) => (OBJECTS.has(type) ? jsonOf(text, '{') : undefined),
  (text, parts) => (LISTS.has(parts.type) ? (jsonOf(text, '[') ?? listOf(text, parts)) : undefined),
];

/**
 * A number as TypeScript writes it. Numbers that cannot be represented are refused: too large ones, integers that would
 * lose digits, and ones so small that they would become 0.
 */
export function numberOf(text: string): number | undefined {
  const word = text.trim();
  const value = word === '' ? NaN : Number(word);
  if (Number.isNaN(value)) return undefined;
  if (!Number.isFinite(value)) return /^[+-]?Infinity$/.test(word) ? value : undefined;
  if (/^[+-]?\d+$/.test(word) && !Number.isSafeInteger(value)) return undefined;
  return value === 0 && /^[^eE]*[1-9]/.test(word) && !/^0[xob]/i.test(word) ? undefined : value;
}

/** `true yes on 1` or `false no off 0`, in any case. */
export function flagOf(text: string): boolean | undefined {
  return FLAGS.get(text.toLowerCase());
}

function jsonOf(text: string, begins: '{' | '['): unknown {
  if (!text.trimStart().startsWith(begins)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A list such as `a,b,c`. A text that begins like JSON but is no valid JSON is no list. */
function listOf(text: string, { item, items }: Parts): unknown[] | undefined {
  if (text.trimStart().startsWith('[')) return undefined;
  if (text === '') return [];
  return text.split(',').map((part, at) => {
    const schema = items?.[at] ?? item;
    return valueOfText(part.trim(), schema === undefined ? [] : alternatives(schema));
  });
}
