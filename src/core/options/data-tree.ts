// The data of a configuration: nested plain objects and lists. An instance of a class is one value.

/** Names that would change prototypes in careless code that merges objects. */
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'prototype', 'constructor']);

export function isForbidden(name: string): boolean {
  return FORBIDDEN.has(name);
}

export function notAllowed(path: Path): string {
  return `the name ${path.find(isForbidden)} is not allowed`;
}

export type Path = readonly string[];

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The members of an object or list, by name; other values have none. */
export function membersOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isPlainObject(value) || Array.isArray(value) ? Object.entries(value) : [];
}

/**
 * The part of a value that can be sent to a thread, without functions, symbols and instances of classes. Elements keep
 * their index.
 */
export function plainData(value: unknown, copies = new Map<object, unknown>()): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value) && !isPlainObject(value)) return undefined;
  if (copies.has(value)) return copies.get(value);
  const plain = (Array.isArray(value) ? [] : {}) as Record<string, unknown>;
  copies.set(value, plain);
  for (const [name, member] of Object.entries(value)) {
    const part = plainData(member, copies);
    if (part !== undefined || Array.isArray(value)) plain[name] = part;
  }
  return plain;
}

/** The value at a path; `undefined` if there is none. Inherited properties do not count. */
export function valueAt(tree: unknown, path: Path): unknown {
  let value = tree;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/**
 * A copy of the data with another value at a path. Objects on the path are copied, so the original does not change.
 * Where nothing exists yet, `isList` decides between a list and an object.
 */
export function withValueAt(tree: unknown, path: Path, value: unknown, isList: (path: Path) => boolean): unknown {
  const place = (node: unknown, depth: number): unknown => {
    const key = path[depth];
    if (key === undefined) return value;
    const copy = Array.isArray(node)
      ? ([...(node as unknown[])] as unknown as Record<string, unknown>)
      : isPlainObject(node)
        ? { ...node }
        : emptyAt(path.slice(0, depth), isList);
    copy[key] = place(Object.hasOwn(copy, key) ? copy[key] : undefined, depth + 1);
    return copy;
  };
  return place(tree, 0);
}

function emptyAt(path: Path, isList: (path: Path) => boolean): Record<string, unknown> {
  return isList(path) ? ([] as unknown as Record<string, unknown>) : {};
}

/** Why nothing can be put at a path: a forbidden name, or a list with a hole. */
export function refusalOf(tree: unknown, path: Path, isList: (path: Path) => boolean): string | undefined {
  if (path.some(isForbidden)) return notAllowed(path);
  for (const [depth, key] of path.entries()) {
    const above = path.slice(0, depth);
    const node = valueAt(tree, above);
    if (!Array.isArray(node) && (isPlainObject(node) || !isList(above))) continue;
    const length = Array.isArray(node) ? node.length : 0;
    const fits = /^(?:0|[1-9]\d*)$/.test(key) && Number(key) <= length;
    if (!fits) return `the list has ${length} elements: name one of 0 to ${length}`;
  }
  return undefined;
}

/** The first path within a value that has a forbidden name. The value must be a tree, as from JSON. */
export function forbiddenWithin(value: unknown, path: Path): Path | undefined {
  for (const [key, member] of membersOf(value)) {
    const found = isForbidden(key) ? [...path, key] : forbiddenWithin(member, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

const SECRET = /pass(w|ph|code)|pwd|secret|token|credential|key|bearer|cookie/i;
/** These short words count only as separate words: `dbPass`, `db_pass`, but not `compass`. */
const SECRET_WORDS = new Set([
  'pass',
  'pw',
  'pin',
  'otp',
  'jwt',
  'auth',
  'authorization',
  'dsn',
  'salt',
  'private',
  'cert',
]);

function speaksOfSecret(name: string): boolean {
  if (SECRET.test(name)) return true;
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').split(/[^a-zA-Z0-9]+/);
  return words.some((word) => SECRET_WORDS.has(word.toLowerCase()));
}

/** Whether a value must be masked, because its name suggests a password, secret, token or key. */
export function isSecret(path: Path): boolean {
  return path.some(speaksOfSecret);
}

/** A value for display: masked if it is secret, and shortened. */
export function shown(value: unknown, path: Path): string {
  if (isSecret(path)) return '(a secret)';
  if (typeof value === 'string') return shownText(value);
  if (typeof value === 'function') return value.name === '' ? 'a function' : `the function ${value.name}`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return isPlainObject(value) ? 'an object' : `a ${classOf(value)}`;
  return String(value);
}

const MOST_CHARACTERS = 60;

function shownText(text: string): string {
  if (isJson(text)) return `a text of ${text.length} characters`;
  const open = withoutSecrets(text);
  const short = open.length <= MOST_CHARACTERS ? open : `${open.slice(0, MOST_CHARACTERS)}...`;
  // JSON does not escape all control characters.
  return JSON.stringify(short).replace(/[\u007f-\u009f]/g, '?');
}

/** Text in JSON may contain secrets under other names. */
function isJson(text: string): boolean {
  return /^\s*[[{]/.test(text);
}

/** A URL may contain a user name and password. */
function withoutSecrets(text: string): string {
  return text
    .replace(/\/\/[^/\s]*@/g, '//(a secret)@')
    .replace(/([?&;]\s*)([\w.-]+)=[^&;\s]*/g, (whole, before: string, name: string) =>
      speaksOfSecret(name) ? `${before}${name}=(a secret)` : whole,
    );
}

/** Whether a text contains a secret, whatever its name is. */
export function holdsSecret(text: string): boolean {
  return isJson(text) ? speaksOfSecret(text) : withoutSecrets(text) !== text;
}

function classOf(value: object): string {
  const { constructor } = value as { readonly constructor?: unknown };
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'object';
}
