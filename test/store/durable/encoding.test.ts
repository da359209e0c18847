import { inspect, isDeepStrictEqual } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { checkStorable, decode, encode, Op } from '../../doors/durable.js';
import { expectThrow } from '../../support/errors.js';
import { howMany } from '../../support/how-many.js';

function roundTrip(value: unknown): unknown {
  const ops = decode(JSON.parse(encode([Op.set, 'a', value])) as unknown[]);
  expect(ops.slice(0, 2)).to.deep.equal([Op.set, 'a']);
  return ops[2];
}

const KINDS: Readonly<Record<string, unknown>> = {
  undefined: undefined,
  null: null,
  'not a number': NaN,
  infinity: -Infinity,
  'minus zero': -0,
  'a BigInt': -123456789012345678901234567890n,
  'half of a surrogate pair': 'a\ud800b',
  'a text with zeros and quotes': '\u0000"\\\n',
  'a Date': new Date(1_700_000_000_123),
  'a Date of no day': new Date(NaN),
  'a Map with things as keys': new Map<unknown, unknown>([
    [{ a: 1 }, new Set([1])],
    [NaN, -0],
  ]),
  'a Set': new Set(['a', 1n, undefined]),
  'an ArrayBuffer': new Uint8Array([1, 2, 3]).buffer,
  'a Float64Array': new Float64Array([1.5, NaN, -0]),
  'a BigInt64Array': new BigInt64Array([1n, -1n]),
  'a DataView': new DataView(new Uint8Array([9, 8, 7]).buffer),
  'an object that looks like the long form': { o: ['d', 5], 0: 'n', 1: 'NaN' },
  'a list that looks like the long form': ['d', 5],
  'such a list with a Date': ['n', 'NaN', new Date(0)],
  'an object with a key toJSON': { toJSON: 1, a: { toJSON: null } },
};

describe('a value on disk', () => {
  for (const [what, value] of Object.entries(KINDS))
    it(`comes back as it was: ${what}`, () => {
      const back = roundTrip(value);
      expect(back).to.deep.equal(value);
      expect(Object.is(back, -0)).to.equal(Object.is(value, -0));
      expect(roundTrip({ in: [value] })).to.deep.equal({ in: [value] });
    });

  it('keeps the part of a larger buffer that a view shows, and no more', () => {
    const view = new Uint16Array(new Uint16Array([1, 2, 3, 4]).buffer, 2, 2);
    const back = roundTrip(view) as Uint16Array;
    expect([...back]).to.deep.equal([2, 3]);
    expect(back.buffer.byteLength).to.equal(4);
  });

  it('keeps the holes of a list', () => {
    const list = [1, undefined, 3];
    delete list[1];
    const back = roundTrip(list) as unknown[];
    expect(back).to.have.lengthOf(3);
    expect(1 in back).to.be.false;
  });

  for (const beside of [1, 1n])
    it(`keeps a key __proto__ as a key, beside ${typeof beside}`, () => {
      const value = JSON.parse('{"__proto__":{"polluted":true},"constructor":1}') as Record<string, unknown>;
      value['beside'] = beside;
      const back = roundTrip({ in: value }) as { in: Record<string, unknown> };
      expect(Object.keys(back.in)).to.deep.equal(['__proto__', 'constructor', 'beside']);
      expect(Object.getPrototypeOf(back.in)).to.equal(Object.prototype);
      expect((back.in as { polluted?: boolean }).polluted).to.be.undefined;
      expect(({} as { polluted?: boolean }).polluted).to.be.undefined;
    });

  it('tells a node without a value from one that has null', () => {
    const ops = [Op.make, 'a', undefined, Op.remove, 'b', undefined, Op.set, 'c', null, Op.set, 'd', undefined];
    expect(decode(JSON.parse(encode(ops)) as unknown[])).to.deep.equal(ops);
  });

  it('comes back as an invalid Date if it was one', () => {
    expect((roundTrip(new Date(NaN)) as Date).getTime()).to.be.NaN;
  });

  it('comes back as it was, whatever it is', () => {
    const leaf = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.double(),
      fc.bigInt(),
      fc.boolean(),
      fc.constantFrom(null, undefined),
      // Node 20 does not take two dates that are no dates for equal.
      fc.date({ noInvalidDate: true }),
      fc.uint8Array(),
      fc.float32Array(),
      fc.int16Array(),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, leaf, tie('list'), tie('object'), tie('map'), tie('set')),
      list: fc.array(tie('value'), { maxLength: 4 }),
      object: fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'u', 'toJSON')), tie('value'), {
        maxKeys: 4,
        noNullPrototype: true,
      }),
      map: fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((pairs) => new Map(pairs)),
      set: fc.array(tie('value'), { maxLength: 3 }).map((items) => new Set(items)),
    }));
    fc.assert(
      fc.property(value, (given) => {
        const back = roundTrip(given);
        // chai cannot compare each of them.
        expect(isDeepStrictEqual(back, given), inspect([given, back], { depth: 9 })).to.be.true;
      }),
      { numRuns: howMany(300, 5_000) },
    );
  });
});

describe('a value that cannot be kept', () => {
  const shared = new SharedArrayBuffer(8);
  const cases = {
    'shared memory': [shared, 'data/big', 'a SharedArrayBuffer'],
    'a view of it': [new Uint8Array(shared), 'data/big', 'a view of a SharedArrayBuffer'],
    'one in a value': [{ frames: [1, { raw: shared }] }, 'data/big (.frames[1].raw)', 'a SharedArrayBuffer'],
    'one in a Map': [new Map([['a', shared]]), 'data/big (in a Map)', 'a SharedArrayBuffer'],
    'one in a Set': [new Set([shared]), 'data/big (in a Set)', 'a SharedArrayBuffer'],
    'a function': [{ go: () => 1 }, 'data/big (.go)', 'a function'],
    'an instance of a class': [[new (class Own {})()], 'data/big ([0])', 'an instance of a class'],
  } as const;
  for (const [name, [value, path, what]] of Object.entries(cases))
    it(`is refused with its place, before and while it is written: ${name}`, () => {
      for (const body of [
        () => checkStorable('data/big', value),
        () => encode([Op.set, 'a', 1, Op.set, 'data/big', value]),
      ])
        expect(expectThrow(body, 'TT_STORE_NOT_DURABLE').details).to.deep.equal({ path, what });
    });

  it('is not what can be', () => {
    for (const value of Object.values(KINDS)) checkStorable('a', value);
  });
});
