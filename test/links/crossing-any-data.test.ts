import { expect } from 'chai';
import fc from 'fast-check';
import { expectThrow } from '../support/errors.js';
import { Packed } from './support/sides.js';
import { howMany } from '../support/how-many.js';

/** What a part of some data is, and which parts and values it holds; a number of a part is taken modulo how many there are. */
interface PartPlan {
  readonly kind: 'object' | 'list' | 'holes' | 'map' | 'set' | 'buffer' | 'floats' | 'date' | 'error' | 'memory';
  readonly holds: readonly (readonly [key: string, value: unknown, part: number | undefined])[];
}

const simple = fc.oneof(
  fc.string(), fc.integer(), fc.double(), fc.bigInt(), fc.boolean(), fc.constantFrom(undefined, null, -0, NaN, '__proto__'),
); // prettier-ignore
const key = fc.oneof(fc.stringMatching(/^[a-z]{1,3}$/), fc.constantFrom('constructor', 'length', 'then', 'a1'));
const partPlan: fc.Arbitrary<PartPlan> = fc.record({
  kind: fc.constantFrom(
    'object', 'object', 'list', 'list', 'holes', 'map', 'map', 'set', 'buffer', 'floats', 'date', 'error', 'memory',
  ),
  holds: fc.array(fc.tuple(key, simple, fc.option(fc.nat(), { nil: undefined })), { maxLength: 6 }),
}); // prettier-ignore
const plans = fc.array(partPlan, { minLength: 1, maxLength: 12 });

/** The parts of a plan, each holding those that it says: any circles, any part in any number of places. */
function build(plan: readonly PartPlan[]): object[] {
  const parts = plan.map(({ kind, holds }) => emptyPart(kind, holds.length));
  for (const [at, { holds }] of plan.entries()) {
    for (const [name, value, part] of holds) {
      const held = part === undefined ? value : parts[part % parts.length];
      const whole = parts[at]!;
      // Right in a Map or a Set no error crosses.
      const member = held instanceof Error ? [held] : held;
      if (whole instanceof Map) whole.set(name.length > 1 ? name : member, member);
      else if (whole instanceof Set) whole.add(member);
      else if (!Array.isArray(whole)) setOwn(whole, name, held);
      else if (plan[at]!.kind === 'list') whole.push(held);
      else whole[whole.length + name.length ** 6] = held;
    }
  }
  return parts;
}

/** Bytes and dates hold no parts. */
function setOwn(whole: object, name: string, value: unknown): void {
  if (ArrayBuffer.isView(whole) || whole instanceof Date || whole instanceof ArrayBuffer) return;
  Object.defineProperty(whole, name, { value, enumerable: true, writable: true, configurable: true });
}

function emptyPart(kind: PartPlan['kind'], size: number): object {
  switch (kind) {
    case 'object':
      return {};
    case 'list':
    case 'holes':
      return [];
    case 'map':
      return new Map();
    case 'set':
      return new Set();
    case 'buffer':
      return Buffer.alloc(size * 1_000, 'bytes');
    case 'floats':
      return new Float64Array(size + 3).fill(0.5).subarray(1, 1 + size);
    case 'memory':
      return new Uint8Array(size).fill(7).buffer;
    case 'date':
      return new Date(size * 1e9);
    case 'error':
      return new RangeError(`error ${size}`);
  }
}

/** What a thing is, besides what it holds. */
function nature(value: object): unknown[] {
  const bytes = ArrayBuffer.isView(value) ? [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)] : [];
  const memory = value instanceof ArrayBuffer ? [...new Uint8Array(value)] : [];
  const length = Array.isArray(value) ? value.length : -1;
  const text = value instanceof Error || value instanceof Date ? String(value) : '';
  return [Object.getPrototypeOf(value), length, text, ...bytes, ...memory];
}

/** What it holds, with keys, in order. */
function held(value: object): unknown[] {
  if (ArrayBuffer.isView(value)) return [];
  if (value instanceof Map) return [...value.entries()].flat();
  if (value instanceof Set) return [...value];
  return Object.keys(value).flatMap((name) => [name, (value as Record<string, unknown>)[name]]);
}

/**
 * Compares two things with all that they hold.
 * @param isShared whether what is one part here must be one there.
 */
function expectSame(given: unknown, arrived: unknown, isShared: boolean): void {
  const pairs = new Map<unknown, Set<unknown>>();
  const back = new Map<unknown, unknown>();
  const todo: [unknown, unknown][] = [[given, arrived]];
  for (let pair = todo.pop(); pair !== undefined; pair = todo.pop()) {
    const [one, other] = pair;
    if (typeof one !== 'object' || one === null) {
      expect(Object.is(one, other), `${String(one)} is ${String(other)}`).to.equal(true);
      continue;
    }
    const known = pairs.get(one) ?? new Set();
    if (known.has(other)) continue;
    expect(typeof other).to.equal('object');
    expect(other, 'a copy').to.not.equal(one);
    expect(nature(other as object)).to.deep.equal(nature(one));
    if (isShared) expect(known.size, 'one part has become several').to.equal(0);
    // What was two must not be one.
    expect(back.get(other) ?? one).to.equal(one);
    pairs.set(one, known.add(other));
    back.set(other, one);
    const [ones, others] = [held(one), held(other as object)];
    expect(others).to.have.length(ones.length);
    for (const [at, part] of ones.entries()) todo.push([part, others[at]]);
  }
}

/** Changes all parts as far as that goes. */
function spoil(parts: readonly object[]): void {
  for (const part of parts) {
    if (part instanceof Map || part instanceof Set) part.clear();
    else if (part instanceof Date) part.setTime(0);
    else if (part instanceof ArrayBuffer) new Uint8Array(part).fill(1);
    else if (ArrayBuffer.isView(part)) new Uint8Array(part.buffer, part.byteOffset, part.byteLength).fill(1);
    else for (const name of Object.keys(part)) (part as Record<string, unknown>)[name] = 'spoiled';
    if (Array.isArray(part)) part.push('spoiled');
  }
}

/** Goes the way that an error names. */
function follow(path: string, args: readonly unknown[]): unknown {
  let at: any = args;
  const steps = /\[(\d+)\]|\.(keys|values)\(\)\[(\d+)\]|\.get\(("(?:[^"\\]|\\.)*"|[^)]*)\)|\.(\w+)/gy;
  steps.lastIndex = 'args'.length;
  let end = steps.lastIndex;
  for (const [step, index, list, entry, got, field] of path.slice(end).matchAll(new RegExp(steps.source, 'g'))) {
    end += step.length;
    if (index !== undefined) at = at[index];
    else if (list !== undefined) at = [...at[list]()][Number(entry)];
    else if (got !== undefined) at = [...at].find(([name]: [unknown]) => shown(name) === got)[1];
    else at = at[field!];
  }
  expect(end, path).to.equal(path.length);
  return at;
}

/** A key of a Map as a path shows it. */
function shown(name: unknown): string {
  return typeof name === 'string' ? JSON.stringify(name) : `${String(name)}${typeof name === 'bigint' ? 'n' : ''}`;
}

class Point {
  readonly x = 1;
}

describe('any data that crosses to another thread', function () {
  this.timeout(60_000);

  it('arrives equal', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const [whole] = build(plan);
        expectSame(whole, new Packed([whole]).arrive()[0], false);
      }),
      { numRuns: howMany(40, 150) },
    );
  });

  it('arrives with its circles, and each part once, where it is no tree', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const whole = new Map([['whole', build(plan)]]);
        expectSame(whole, new Packed([whole]).arrive()[0], true);
      }),
      { numRuns: howMany(40, 150) },
    );
  });

  it('arrives as it was, whatever is done to it after the call', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const parts = build(plan);
        const packed = new Packed([parts[0], parts]);
        spoil(parts);
        const [before] = build(plan);
        expectSame(before, packed.arrive()[0], false);
      }),
      { numRuns: howMany(30, 80) },
    );
  });

  it('is refused where it holds an instance of a class that is not in an error, and that is where its path leads', () => {
    fc.assert(
      fc.property(plans, fc.nat(), (plan, where) => {
        const parts = build(plan);
        const point = new Point();
        const place = parts[where % parts.length]!;
        fc.pre(place.constructor === Object || place.constructor === Array);
        Object.assign(place, { 0: point });
        const args = [parts[0], parts.filter((part) => !(part instanceof Error))];
        const { details } = expectThrow(() => new Packed(args), 'TT_NOT_TRANSFERABLE');
        expect(follow(details['path'] as string, args)).to.equal(point);
      }),
      { numRuns: howMany(40, 100) },
    );
  });
});
