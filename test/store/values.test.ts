import { isDeepStrictEqual } from 'node:util';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { StoreTree } from '../../src/store/index.js';
import { toStored, readable, same } from '../doors/store.js';
import { expectThrow } from '../support/errors.js';
import { ODD_VALUES, revoked } from '../support/odd-values.js';
import { hearing } from './support/heard.js';

describe('a value in a Store', () => {
  let store: StoreTree;
  beforeEach(() => (store = new StoreTree()));

  const round = (value: unknown): any => store.set('a', value).get('a');

  it('is a copy: what becomes of the original is not seen', () => {
    const original = { list: [1, { deep: 'x' }] };
    const value = round(original);
    original.list.push(2);
    (original.list[1] as { deep: string }).deep = 'y';
    expect(value).to.deep.equal({ list: [1, { deep: 'x' }] });
    expect(store.get('a')).to.equal(value);
  });

  it('is frozen, down to its last part', () => {
    const value = round({ list: [1, { deep: 'x' }] });
    for (const part of [value, value.list, value.list[1]]) expect(Object.isFrozen(part)).to.equal(true);
    expect(() => value.list.push(2)).to.throw(TypeError);
  });

  it('that came out of a Store is taken as it is', () => {
    const value = round({ inner: { x: [1, 2, 3] } });
    store.set({ b: value, c: [value.inner] });
    expect(store.get('b')).to.equal(value);
    expect((store.get('c') as unknown[])[0]).to.equal(value.inner);
  });

  it('may be any plain data', () => {
    for (const value of [0, -0, NaN, '', 'ü', 5n, true, null, [], {}, [undefined, null], { a: undefined }]) {
      expect(round(value)).to.deep.equal(value);
    }
    expect(Object.is(round(-0), -0)).to.equal(true);
    expect(round(Object.create(null))).to.deep.equal({});
    expect(round(runInNewContext('({ a: [1, new Map([[1, new Date(5)]])] })'))).to.deep.equal({
      a: [1, new Map([[1, new Date(5)]])],
    });
  });

  it('keeps fields by any name', () => {
    const value = round(JSON.parse('{ "__proto__": { "x": 1 }, "constructor": 2, "toString": 3 }'));
    expect(Object.keys(value)).to.deep.equal(['__proto__', 'constructor', 'toString']);
    expect(Object.getPrototypeOf(value)).to.equal(Object.prototype);
    expect(value.x).to.equal(undefined);
  });

  it('that cannot be frozen is copied at each read', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    for (const value of [
      new Date(5),
      new Map([['a', { x: 1 }]]),
      new Set([1]),
      bytes,
      bytes.buffer,
      new Float64Array([0.5]),
      new DataView(bytes.buffer),
      { at: new Date(5), list: [1, 2] },
    ]) {
      const first = round(value);
      expect(isDeepStrictEqual(first, value), String(value)).to.equal(true);
      expect(first).to.not.equal(value);
      expect(store.get('a')).to.not.equal(first);
    }
    const map = round(new Map([['a', 1]]));
    map.set('b', 2);
    expect(store.get('a')).to.deep.equal(new Map([['a', 1]]));
    bytes.fill(9);
    expect(round(Uint8Array.of(1))).to.deep.equal(Uint8Array.of(1));
  });

  it('of bytes is those of the view alone, and a typed array where it was a Buffer', () => {
    const value = round(Buffer.from('hello world').subarray(6));
    expect(value.constructor).to.equal(Uint8Array);
    expect(value.buffer.byteLength).to.equal(5);
    expect(Buffer.from(value).toString()).to.equal('world');
  });

  it('that is shared is shared: nothing of it is copied', () => {
    const memory = new SharedArrayBuffer(16);
    const view = new Int32Array(memory, 4, 2);
    const value = round({ memory, view });
    view[0] = 7;
    expect(value.memory).to.equal(memory);
    expect([value.view[0], value.view.length, value.view.buffer === memory]).to.deep.equal([7, 2, true]);
    const heard = hearing();
    store.subscribe('a', heard);
    store.set('a', { memory, view: new Int32Array(memory, 4, 2) });
    expect(heard.calls).to.deep.equal([]);
    store.set('a', { memory, view: new Int32Array(memory, 0, 2) });
    expect(heard.calls).to.have.length(1);
  });

  it('is refused where it is no plain data, with the place in it that is not', () => {
    class Door {}
    for (const [value, problem] of [
      [() => {}, 'value is a function'],
      [Symbol('s'), 'value is a symbol'],
      [new Door(), 'value is of the class Door'],
      [{ list: [1, { door: new Door() }] }, 'value.list[1].door is of the class Door'],
      [[new Error('x')], 'value[0] is of the class Error'],
      [new Map([['k', () => {}]]), 'value.k is a function'],
      [Promise.resolve(), 'value is of the class Promise'],
      [new WeakMap(), 'value is of the class WeakMap'],
      [/x/, 'value is of the class RegExp'],
    ] as const) {
      const error = expectThrow(() => store.set('door/is', value), 'TT_STORE_VALUE');
      expect(error.message).to.include(`for "door/is": ${problem}`);
    }
    expect(store.keys()).to.deep.equal([]);
  });

  it('is refused where it holds itself, or is too deep', () => {
    const self: Record<string, unknown> = { x: {} };
    self['x'] = [self];
    expect(expectThrow(() => store.set('a', self), 'TT_STORE_VALUE').message).to.include('value.x[0] holds itself');
    let deep: unknown = 1;
    for (let level = 0; level < 499; level++) deep = [deep];
    expect(round(deep)).to.deep.equal(deep);
    expectThrow(() => store.set('a', [[deep]]), 'TT_STORE_VALUE');
    // Also where it grows step by step, out of parts that came out of the Store.
    expectThrow(() => {
      for (let level = 0; level < 1_000; level++) store.set('grows', [store.get('grows')]);
    }, 'TT_STORE_VALUE');
  });

  it('is refused where it is too large, also as one part many times over', () => {
    const small = new StoreTree({ valueBytes: 1_000 });
    for (const value of [
      'x'.repeat(1_001),
      1n << 8_100n,
      -(1n << 8_100n),
      [1n << 8_100n],
      new Array(200).fill(1),
      new Uint8Array(1_001),
      { a: 'x'.repeat(1_001) },
    ])
      expectThrow(() => small.set('a', value), 'TT_STORE_VALUE');
    // And where something stood before.
    small.set('b', 1);
    expectThrow(() => small.set('b', 'x'.repeat(1_001)), 'TT_STORE_VALUE');
    expect(small.get('b')).to.equal(1);
    expectThrow(() => {
      for (let times = 0; times < 40; times++) small.set('grows', [small.get('grows'), small.get('grows')]);
    }, 'TT_STORE_VALUE');
    small.set('shared', new SharedArrayBuffer(10_000));
  });

  it('is refused where it cannot be read', () => {
    for (const value of [
      revoked(),
      { draft: revoked() },
      [
        {
          get broken() {
            throw new Error('broken');
          },
        },
      ],
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('broken');
          },
        },
      ),
    ])
      expectThrow(() => store.set('a', value), 'TT_STORE_VALUE');
    expect(store.has('a')).to.equal(false);
  });

  it('that has getters is what these gave when it was set, each called once', () => {
    let calls = 0;
    const value = round({
      get x() {
        return ++calls;
      },
    });
    expect([value.x, value.x, calls]).to.deep.equal([1, 1, 1]);
  });

  it('that is detached is refused', () => {
    const buffer = new ArrayBuffer(8);
    structuredClone(buffer, { transfer: [buffer] });
    expectThrow(() => store.set('a', buffer), 'TT_STORE_VALUE');
  });

  for (const [name, make] of Object.entries(ODD_VALUES)) {
    it(`may be odd: ${name} is kept as it is, or refused with an error of ours`, () => {
      let wasKept = true;
      try {
        store.set('odd', make());
      } catch (thrown) {
        wasKept = false;
        expect(thrown).to.have.property('code', 'TT_STORE_VALUE');
      }
      if (!wasKept) expect(store.has('odd')).to.equal(false);
      expect(() => store.dumps()).to.not.throw();
    });
  }
});

describe('values of a Store are equal', () => {
  const equal = (one: unknown, other: unknown): boolean =>
    same(toStored(one, '', Infinity), toStored(structuredClone(other), '', Infinity));

  it('by what is in them', () => {
    for (const value of [
      1,
      'x',
      NaN,
      [1, [2, { a: undefined }]],
      { a: { b: [] } },
      new Date(5),
      new Date(NaN),
      new Map([[{ k: 1 }, new Set([1])]]),
      Uint8Array.of(1, 2),
      new ArrayBuffer(3),
      { when: [new Date(1)] },
    ]) {
      expect(equal(value, value), String(value)).to.equal(true);
    }
    expect(equal({ a: 1, b: 2 }, { b: 2, a: 1 })).to.equal(true);
  });

  it('and not where anything differs', () => {
    const all = [
      0,
      -0,
      '0',
      false,
      null,
      0n,
      [],
      {},
      [0],
      [undefined],
      { a: undefined },
      { a: 1 },
      { b: 1 },
      { a: 1, b: 1 },
      new Date(0),
      new Date(1),
      new Map(),
      new Map([[1, 1]]),
      new Map([[1, 2]]),
      new Set(),
      new Set([1]),
      Uint8Array.of(),
      Uint8Array.of(1),
      Int8Array.of(1),
      new ArrayBuffer(0),
      new ArrayBuffer(1),
      new DataView(new ArrayBuffer(1)),
    ];
    for (const [at, one] of all.entries())
      for (const [other, another] of all.entries())
        expect(equal(one, another), `${at} and ${other}`).to.equal(at === other);
  });

  it('for who reads: what is read is what was kept', () => {
    const value = { when: new Date(5), list: [1] };
    expect(readable(toStored(value, '', Infinity))).to.deep.equal(value);
  });
});
