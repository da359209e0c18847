/** A JSON text with the position of each value. */
export interface JsonText {
  readonly value: unknown;
  readonly place: Place;
}

/** The offset at which a value begins, and those of its members or elements. */
export interface Place {
  readonly offset: number;
  readonly parts: ReadonlyMap<string, Place>;
}

/** Where and why a text is no valid JSON. The text is not quoted, because it may contain secrets. */
export interface JsonFault {
  readonly offset: number;
  readonly problem: string;
}

/** The deepest nesting of lists and objects; deeper data is a mistake or an attack. */
const MOST_LEVELS = 100;

/**
 * Reads JSON (RFC 8259) like `JSON.parse`, and also records the position of each value. It refuses duplicate names in
 * an object, and more than 100 levels.
 */
export function readJson(text: string): JsonText | JsonFault {
  const reader = new JsonReader(text);
  try {
    return reader.readAll();
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown;
    throw thrown;
  }
}

/** Converts offsets of a text to line and column, each from 1: `3:14`. */
export function linesOf(text: string): (offset: number) => string {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return `${low + 1}:${offset - starts[low]! + 1}`;
  };
}

class Fault implements JsonFault {
  constructor(
    readonly offset: number,
    readonly problem: string,
  ) {}
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
// eslint-disable-next-line no-control-regex -- JSON forbids them bare in a text
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

class JsonReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #parts = new Map<string, Place>();

  constructor(text: string) {
    this.#text = text;
  }

  readAll(): JsonText {
    const value = this.#value();
    this.#space();
    if (this.#at < this.#text.length) throw this.#fault('something follows the end of the JSON');
    return { value, place: { offset: 0, parts: this.#parts } };
  }

  #value(): unknown {
    this.#space();
    switch (this.#text[this.#at]) {
      case undefined:
        throw this.#fault(this.#text.trim() === '' ? 'it is empty' : 'it ends in the middle');
      case '{':
        return this.#object();
      case '[':
        return this.#list();
      case '"':
        return this.#string('a text does not end, or holds a line break or a bad escape');
      default:
        return this.#plain();
    }
  }

  #object(): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    this.#enter();
    if (this.#takes('}')) return object;
    do {
      this.#space();
      if (this.#text[this.#at] === '}') throw this.#fault('a comma stands before the end of an object');
      const place = this.#at;
      const name = this.#string('the name of a member is expected, in double quotes');
      if (Object.hasOwn(object, name)) throw new Fault(place, 'a name stands twice in one object');
      this.#space();
      if (!this.#takes(':')) throw this.#fault('a colon is expected after the name of a member');
      const value = this.#within(name, place);
      // Defined and not assigned: `__proto__` is a name like any other here. Callers refuse it where it matters.
      Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
    } while (this.#goesOn('}', 'a comma or the end of the object is expected'));
    return object;
  }

  #list(): unknown[] {
    const list: unknown[] = [];
    this.#enter();
    if (this.#takes(']')) return list;
    do {
      this.#space();
      if (this.#text[this.#at] === ']') throw this.#fault('a comma stands before the end of a list');
      list.push(this.#within(String(list.length), this.#at));
    } while (this.#goesOn(']', 'a comma or the end of the list is expected'));
    return list;
  }

  /** Skips the opening bracket, and the space after it. */
  #enter(): void {
    if (this.#depth >= MOST_LEVELS) throw this.#fault(`it is deeper than ${MOST_LEVELS} levels`);
    this.#at++;
    this.#space();
  }

  #within(name: string, offset: number): unknown {
    const around = this.#parts;
    this.#parts = new Map();
    this.#depth++;
    const value = this.#value();
    this.#depth--;
    around.set(name, { offset, parts: this.#parts });
    this.#parts = around;
    return value;
  }

  #goesOn(end: string, expected: string): boolean {
    this.#space();
    if (this.#takes(',')) return true;
    if (this.#takes(end)) return false;
    throw this.#fault(this.#at < this.#text.length ? expected : 'it ends in the middle');
  }

  #string(expected: string): string {
    const found = this.#match(STRING);
    if (found === undefined) throw this.#fault(expected);
    return JSON.parse(found) as string;
  }

  #plain(): unknown {
    const found = this.#match(WORD) ?? this.#match(NUMBER);
    if (found !== undefined) return JSON.parse(found) as unknown;
    const comment = this.#text.startsWith('//', this.#at) || this.#text.startsWith('/*', this.#at);
    throw this.#fault(comment ? 'JSON has no comments' : 'a value is expected');
  }

  #takes(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    this.#match(SPACE);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #fault(problem: string): Fault {
    return new Fault(this.#at, problem);
  }
}
