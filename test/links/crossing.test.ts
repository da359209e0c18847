import { expect } from 'chai';
import { Socket } from 'node:net';
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { TaskTonicError, Tonic, transfer } from '../../src/index.js';
import { Packer, RemoteTonic } from '../doors/links.js';
import { runApp } from '../support/app.js';
import { expectThrow } from '../support/errors.js';
import { HearingBoss, endApps, start } from './thread/programs/life-boss.js';
import { FirstArgument, Worker } from './thread/programs/life-workers.js';
import { Packed, Sides } from './support/sides.js';
import { howMany, onlyWithAll } from '../support/how-many.js';

/** What arrives of one argument. */
function crossed(value: unknown): any {
  return new Packed([value]).arrive()[0];
}

function refused(...args: unknown[]): TaskTonicError {
  return expectThrow(() => new Packed(args), 'TT_NOT_TRANSFERABLE');
}

/** Nothing here takes long; what would, would take for ever. */
function atOnce<T>(body: () => T): T {
  const start = performance.now();
  const result = body();
  expect(performance.now() - start, 'ms').to.be.lessThan(9_000);
  return result;
}

function nested(depth: number): object {
  let value: object = { end: true };
  for (let n = 0; n < depth; n++) value = n % 2 === 0 ? { inner: value } : [value];
  return value;
}

/** A part that is used twice in a part that is used twice ...: little memory, and 2 ** depth places. */
function shared(depth: number): object {
  let value: object = { leaf: 1 };
  for (let n = 0; n < depth; n++) value = { left: value, right: value };
  return value;
}

class Point {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}
}

class Held extends Tonic {
  ttse__heard(_word: string): void {}
}

/** Runs `body` in a Tonic that lives, with itself. */
async function inTonic(body: (tonic: Held) => void): Promise<void> {
  let thrown: unknown;
  class Runs extends Held {
    ttse__onStart(): void {
      try {
        body(this);
      } catch (error) {
        thrown = error;
      }
      this.ttsc__finish();
    }
  }
  await runApp(() => new Runs());
  if (thrown !== undefined) throw thrown as Error;
}

describe('data that crosses to another thread', () => {
  it('arrives as it was, at any depth', () => {
    const value = { a: [1, 'two', { b: [[], {}, { c: [true, false] }] }], d: { e: { f: 'g' } } };
    expect(crossed(value)).to.deep.equal(value);
  });

  it('arrives as it was at the call, whatever becomes of it afterwards', () => {
    const bytes = Buffer.from('as it was');
    const map = new Map([['key', { n: 1 }]]);
    const date = new Date(5);
    const value = { list: [1, { n: 2 }], bytes, map, date };
    const packed = new Packed([value]);
    (value.list[1] as { n: number }).n = 9;
    value.list.push(3);
    bytes.fill(0);
    map.get('key')!.n = 9;
    date.setTime(9);
    Object.assign(value, { more: true });
    expect(packed.arrive()[0]).to.deep.equal({
      list: [1, { n: 2 }],
      bytes: Buffer.from('as it was'),
      map: new Map([['key', { n: 1 }]]),
      date: new Date(5),
    });
  });

  it('keeps the simple values apart', () => {
    const values = [undefined, null, 12345678901234567890n, NaN, -0, Infinity, '', 0, false];
    const [alone, inArray, inObject] = [new Packed(values).arrive(), crossed(values), crossed({ ...values })];
    for (const arrived of [alone, inArray, Object.values(inObject as object)]) {
      expect(arrived).to.have.length(values.length);
      for (const [at, value] of values.entries()) expect(Object.is(arrived[at], value), String(value)).to.be.true;
    }
  });

  it('keeps the places of a list that has holes', () => {
    const list: unknown[] = [];
    list[3] = 'three';
    const arrived = crossed(list) as unknown[];
    expect(arrived).to.have.length(4);
    expect(arrived[3]).to.equal('three');
    expect(Object.keys(arrived)).to.deep.equal(['3']);
  });

  it('takes no longer for a list of holes than for what is in it', () => {
    const list: unknown[] = [];
    list[4_000_000_000] = { n: 1 };
    list[7] = undefined;
    list[2_000_000] = list;
    const arrived = atOnce(() => crossed({ list })).list as unknown[];
    expect(arrived).to.have.length(4_000_000_001);
    expect(Object.keys(arrived)).to.deep.equal(['7', '2000000', '4000000000']);
    expect(arrived[4_000_000_000]).to.deep.equal({ n: 1 });
    expect(arrived[2_000_000]).to.equal(arrived);
    expect(crossed(new Array(1_000_000))).to.have.length(1_000_000);
    const halfFull = Array.from({ length: 100_000 }, (_, n) => n);
    for (let n = 1; n < 100_000; n += 3) delete halfFull[n];
    expect(Object.keys(crossed(halfFull) as unknown[])).to.deep.equal(Object.keys(halfFull));
  });

  it('keeps fields that are undefined', () => {
    expect(crossed({ there: undefined })).to.have.own.property('there', undefined);
  });

  it('takes objects without a prototype for plain ones', () => {
    const value = Object.assign(Object.create(null) as object, { inner: { n: 1 } });
    expect(crossed(value)).to.deep.equal({ inner: { n: 1 } });
  });

  it('may hold fields with the names of what every object has', () => {
    const value = { constructor: 'text', toString: 1, hasOwnProperty: [2], prototype: { n: 3 }, valueOf: () => 4 };
    const arrived = crossed(value) as Record<string, unknown>;
    expect(Object.keys(arrived)).to.have.members(Object.keys(value));
    expect(arrived['constructor']).to.equal('text');
    expect(arrived['hasOwnProperty']).to.deep.equal([2]);
    expect(arrived['valueOf']).to.equal(value.valueOf);
  });

  it('keeps Map, Set, Date and RegExp', () => {
    const arrived = crossed({
      map: new Map<unknown, unknown>([[{ key: 1 }, [2]]]),
      set: new Set(['a', 'b']),
      date: new Date(1_234),
      pattern: /a(b)c/giu,
    });
    expect([...(arrived.map as Map<unknown, unknown>)]).to.deep.equal([[{ key: 1 }, [2]]]);
    expect([...(arrived.set as Set<string>)]).to.deep.equal(['a', 'b']);
    expect((arrived.date as Date).getTime()).to.equal(1_234);
    expect(arrived.pattern).to.be.instanceOf(RegExp);
    expect(String(arrived.pattern)).to.equal('/a(b)c/giu');
  });
});

describe('bytes that cross to another thread', () => {
  it('are Buffers where they were Buffers, at any depth', () => {
    const [first, second] = new Packed([Buffer.from('a'), { deep: [Buffer.from('bc')] }]).arrive();
    const inner = second.deep[0] as Buffer;
    for (const buffer of [first as Buffer, inner]) expect(Buffer.isBuffer(buffer)).to.be.true;
    expect(`${first}${inner}`).to.equal('abc');
  });

  it('are Buffers however many there are', () => {
    const buffer = Buffer.alloc(100_000, 'x');
    const arrived = crossed(buffer) as Buffer;
    expect(Buffer.isBuffer(arrived)).to.be.true;
    expect(arrived.equals(buffer)).to.be.true;
    expect(buffer, 'what was given').to.have.length(100_000);
  });

  it('do not bring the memory that they are a part of', () => {
    const large = Buffer.alloc(1_000_000, '.');
    large.write('small', 500_000);
    for (const size of [5, 5_000]) {
      const packed = new Packed([large.subarray(500_000, 500_000 + size)]);
      expect(packed.bytesMoved).to.be.at.most(size);
      const [arrived] = packed.arrive() as [Buffer];
      expect(arrived.toString('latin1', 0, 5)).to.equal('small');
      expect(arrived.buffer.byteLength).to.equal(size);
    }
  });

  const kinds = [
    Uint8Array,
    Int8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
  ];
  it('keep the kind of their list', () => {
    for (const Kind of kinds) {
      // With an offset, as a part of something larger.
      const list = new Kind([9, 1, 2, 3]).subarray(1);
      const arrived = crossed({ list }).list as typeof list;
      expect(arrived.constructor, Kind.name).to.equal(Kind);
      expect([...arrived], Kind.name).to.deep.equal([1, 2, 3]);
    }
    const big = crossed(new BigUint64Array([1n, 2n ** 63n])) as BigUint64Array;
    expect([...big]).to.deep.equal([1n, 2n ** 63n]);
  });

  it('keep the kind of their list where they are many', () => {
    const arrived = crossed(new Float64Array(10_000).fill(0.5)) as Float64Array;
    expect(arrived).to.be.instanceOf(Float64Array);
    expect(arrived).to.have.length(10_000);
    expect(arrived[9_999]).to.equal(0.5);
  });

  it('may be looked at by a DataView', () => {
    const view = new DataView(new ArrayBuffer(16), 4, 8);
    view.setFloat64(0, 1.5);
    const arrived = crossed([view])[0] as DataView;
    expect(arrived).to.be.instanceOf(DataView);
    expect(arrived.byteLength).to.equal(8);
    expect(arrived.getFloat64(0)).to.equal(1.5);
  });

  it('may be an ArrayBuffer, which is copied', () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const arrived = crossed({ memory: bytes.buffer }).memory as ArrayBuffer;
    expect(bytes).to.have.length(3);
    expect([...new Uint8Array(arrived)]).to.deep.equal([1, 2, 3]);
  });

  it('are copied for each place in plain data, and once where an argument holds a Map', () => {
    const buffer = Buffer.alloc(10_000, 'x');
    expect(new Packed([{ one: buffer, other: buffer }]).bytesMoved).to.equal(20_000);
    const packed = new Packed([new Map([['list', Array.from({ length: 1_000 }, () => ({ buffer }))]])]);
    expect(packed.bytesMoved).to.equal(10_000);
    const list = (packed.arrive()[0] as Map<string, { buffer: Buffer }[]>).get('list')!;
    expect(new Set(list.map((one) => one.buffer))).to.have.property('size', 1);
    expect(list[999]!.buffer.equals(buffer)).to.equal(true);
  });

  it('are Buffers in a Map and a Set, too, and bring no more memory than they look at', () => {
    const part = Buffer.from('.small.').subarray(1, 6);
    const value = { map: new Map<unknown, unknown>([['part', part], [Buffer.from('key'), 1]]), set: new Set([part]) }; // prettier-ignore
    const { map, set } = crossed(value) as typeof value;
    const [theirs, [, key], [member]] = [map.get('part') as Buffer, [...map.keys()] as Buffer[], [...set]];
    expect([theirs, key, member].map((one) => `${Buffer.isBuffer(one)} ${one!.toString('latin1')}`)).to.deep.equal([
      'true small',
      'true key',
      'true small',
    ]);
    expect(theirs.buffer.byteLength).to.equal(5);
    expect(Buffer.isBuffer(theirs.subarray(1))).to.equal(true);
  });

  it('are shared where they are in a SharedArrayBuffer', () => {
    const memory = new SharedArrayBuffer(64);
    const words = new Int32Array(memory, 8, 2);
    const [theirs, { view, map }] = new Packed([memory, { view: words, map: new Map([['memory', memory]]) }]).arrive();
    words[0] = 42;
    expect(new Int32Array(theirs as SharedArrayBuffer)[2]).to.equal(42);
    expect([...(view as Int32Array)]).to.deep.equal([42, 0]);
    expect(new Int32Array((map as Map<string, SharedArrayBuffer>).get('memory')!)[2]).to.equal(42);
  });
});

describe('an error that crosses to another thread', () => {
  const codeOf = (error: Error): unknown => (error as NodeJS.ErrnoException).code;

  it('keeps name, message, code and stack', () => {
    const error = Object.assign(new RangeError('too far'), { code: 'E_FAR' });
    const arrived = crossed({ error }).error as Error;
    expect(arrived).to.be.instanceOf(RangeError);
    expect(arrived.name).to.equal('RangeError');
    expect(arrived.message).to.equal('too far');
    expect(arrived.stack).to.equal(error.stack);
    expect(codeOf(arrived)).to.equal('E_FAR');
  });

  it('keeps the name of a class that is not known over there', () => {
    class TooFar extends Error {
      override readonly name = 'TooFar';
      constructor(readonly meters: number) {
        super(`${meters} m`);
      }
    }
    const arrived = crossed(new TooFar(5)) as TooFar;
    expect(arrived).to.be.instanceOf(Error);
    expect(String(arrived)).to.equal('TooFar: 5 m');
    expect(arrived.meters).to.equal(5);
  });

  it('keeps its cause, and the cause of that', () => {
    const root = Object.assign(new TypeError('root'), { code: 'E_ROOT' });
    const arrived = crossed(new Error('top', { cause: new Error('middle', { cause: root }) })) as Error;
    const middle = arrived.cause as Error;
    expect(middle.message).to.equal('middle');
    expect(middle.cause).to.be.instanceOf(TypeError);
    expect((middle.cause as Error).message).to.equal('root');
    expect(codeOf(middle.cause as Error)).to.equal('E_ROOT');
  });

  it('keeps its own fields, with what can be called in them', async () => {
    await inTonic((tonic) => {
      const call = (): void => {};
      const error = Object.assign(new Error('x'), {
        where: { line: 3, list: [1] },
        retry: call,
        tonic,
        bytes: Buffer.from('b'),
      });
      const arrived = crossed(error) as typeof error;
      expect(arrived.where).to.deep.equal({ line: 3, list: [1] });
      expect(arrived.retry).to.equal(call);
      expect(arrived.tonic).to.equal(tonic);
      expect(Buffer.isBuffer(arrived.bytes)).to.be.true;
    });
  });

  it('shows as few fields as it did', () => {
    const error = Object.assign(new Error('x', { cause: 'c' }), { shown: 1 });
    expect(Object.keys(crossed(error) as Error)).to.deep.equal(['shown']);
  });

  it('keeps a cause that is not an error, and one that is undefined', () => {
    expect((crossed(new Error('x', { cause: { n: 1 } })) as Error).cause).to.deep.equal({ n: 1 });
    expect('cause' in (crossed(new Error('x', { cause: undefined })) as Error)).to.be.true;
    expect('cause' in (crossed(new Error('x')) as Error)).to.be.false;
  });

  it('crosses in a circle of errors and others', () => {
    const error = new Error('x') as Error & { held: { by: unknown; list: unknown[] } };
    error.held = { by: error, list: [new Map([[1, [error]]])] };
    error.cause = [error];
    const arrived = crossed([error, error]) as (typeof error)[];
    expect(arrived[0]).to.equal(arrived[1]);
    expect(arrived[0]!.held.by).to.equal(arrived[0]);
    expect((arrived[0]!.held.list[0] as Map<number, unknown[]>).get(1)![0]).to.equal(arrived[0]);
    expect((arrived[0]!.cause as unknown[])[0]).to.equal(arrived[0]);
  });

  it('crosses even where a part of what it holds cannot, and all beside it arrives', () => {
    class Own {
      toString(): string {
        return 'my own';
      }
    }
    const request = { headers: { a: 1 }, own: new Own(), list: [Symbol('s'), new (class extends Array<number> {})()] };
    const getter = Object.defineProperty({}, 'boom', { enumerable: true, get: () => expect.fail('not to be read') });
    const arrived = crossed(Object.assign(new Error('x'), { request, getter })) as any;
    expect(arrived.request).to.deep.equal({ headers: { a: 1 }, own: 'my own', list: ['Symbol(s)', ''] });
    expect(arrived.getter).to.equal('[object Object]');
  });

  it('has a text in a Map or Set for what cannot stand there, and keeps no callback for it', () => {
    const sides = new Sides();
    const inner = Object.assign(new Error('inner'), { call: (): void => {} });
    const fields = { set: new Set([(): number => 1]), map: new Map<unknown, unknown>([['inner', inner], ['n', 2]]) }; // prettier-ignore
    const error = Object.assign(new Error('x'), fields);
    const arrived = crossed(error) as typeof error;
    expect([...arrived.set]).to.deep.equal(['() => 1']);
    expect([...arrived.map]).to.deep.equal([['inner', 'Error: inner'], ['n', 2]]); // prettier-ignore
    new Packer(sides).packAll([error]);
    expect(sides.dropped.filter(({ kind }) => kind === 'callback')).to.have.length(sides.callbacks.length);
  });

  it('keeps its causes, however many they are', () => {
    let error = new Error('0');
    for (let n = 1; n < howMany(5_000, 10_000); n++) error = new Error(String(n), { cause: error });
    let last = atOnce(() => crossed(error)) as Error;
    while (last.cause !== undefined) last = last.cause as Error;
    expect(last.message).to.equal('0');
  });

  it('does not let pass what somebody else holds and cannot cross', () => {
    const point = new Point(1, 2);
    const error = Object.assign(new Error('x'), { point });
    expect(refused([error, { deep: { deeper: [point] } }]).details['path']).to.equal('args[0][1].deep.deeper[0]');
  });

  it('crosses even where one of its fields cannot, which is a text then', () => {
    const error = Object.assign(new Error('x'), { code: 'E_X', point: new Point(1, 2) });
    const arrived = crossed(error) as Error & { point: unknown };
    expect(arrived.message).to.equal('x');
    expect(codeOf(arrived)).to.equal('E_X');
    expect(arrived.point).to.be.a('string');
  });

  it('of TaskTonic keeps its code and details', () => {
    const arrived = crossed(new TaskTonicError('TT_NAME_TAKEN', { name: 'a', holder: 'b' })) as TaskTonicError;
    expect(arrived.name).to.equal('TaskTonicError');
    expect(arrived.code).to.equal('TT_NAME_TAKEN');
    expect(arrived.details).to.deep.equal({ name: 'a', holder: 'b' });
  });

  it('of TaskTonic keeps its text, cause and fields of its own, with what can be called in them', async () => {
    await inTonic((tonic) => {
      const retry = (): void => {};
      const cause = Object.assign(new RangeError('inner'), { n: 1 });
      const details = { name: 'a', holder: { toString: (): string => 'somebody', tonic } };
      const error = Object.assign(new TaskTonicError('TT_NAME_TAKEN', details, cause), { retry, attempts: 3 });
      const arrived = crossed(error) as typeof error;
      expect(arrived).to.be.instanceOf(TaskTonicError).and.to.include({ code: 'TT_NAME_TAKEN', attempts: 3, retry });
      expect(arrived.message).to.equal(error.message).and.to.include('somebody');
      expect((arrived.details['holder'] as { tonic: unknown }).tonic).to.equal(tonic);
      expect(arrived.cause).to.be.instanceOf(RangeError).with.property('n', 1);
      expect(Object.keys(arrived)).to.deep.equal(Object.keys(error));
    });
  });
});

describe('circular and shared data that is sent to another thread', () => {
  it('may be a circle', () => {
    const circle: { self?: unknown; list: unknown[] } = { list: [] };
    circle.self = circle;
    circle.list.push(circle);
    const arrived = atOnce(() => crossed({ circle })).circle as typeof circle;
    expect(arrived.self).to.equal(arrived);
    expect(arrived.list[0]).to.equal(arrived);
  });

  it('may be a circle of any length, in something large', () => {
    for (const length of [1, 2, 7, 8, 9, 20, 63, 64, 65, 200]) {
      const circle: Record<string, unknown> = { list: Array.from({ length: 3_000 }, (_, n) => [n]) };
      let last = circle;
      for (let n = 1; n < length; n++) last = last['next'] = { n } as Record<string, unknown>;
      last['next'] = circle;
      let arrived = atOnce(() => crossed([circle]))[0] as Record<string, unknown>;
      const first = arrived;
      for (let n = 0; n < length; n++) arrived = arrived['next'] as typeof arrived;
      expect(arrived, String(length)).to.equal(first);
      expect(arrived['list']).to.deep.equal(circle['list']);
    }
  });

  it('stands beside arguments with things to call', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    const [before, call] = [(): void => {}, (): void => {}];
    const [first, second, third] = new Packed([{ before }, circle, [call]]).arrive();
    expect(first.before).to.equal(before);
    expect(second.self).to.equal(second);
    expect(third[0]).to.equal(call);
  });

  it('may be nested a few hundred deep', () => {
    expect(JSON.stringify(crossed(nested(490)))).to.equal(JSON.stringify(nested(490)));
  });

  it('is refused where it is nested deeper, which no stack has to bear', () => {
    let map: object = {};
    for (let n = 0; n < 200_000; n++) map = new Map([['inner', map]]);
    for (const value of [nested(600), nested(200_000), map]) {
      const { message } = atOnce(() => refused({ value }));
      expect(message).to.include('nested deeper than 500').and.to.include('args[0].value');
    }
  });

  it('may have more objects than the quick way copies', function () {
    onlyWithAll(this, 'very many objects');
    const list = Array.from({ length: 120_000 }, (_, n) => ({ n }));
    expect(crossed({ list })).to.deep.equal({ list });
  });

  it('holds what can be called, bytes, errors and shared memory, in fields and lists', async () => {
    await inTonic((tonic) => {
      const handle = new RemoteTonic({ thread: 2, call: () => {} }, 7, 70, 'far');
      const [call, error, buffer] = [(): void => {}, new Error('x'), Buffer.from('b')];
      const memory = new SharedArrayBuffer(4);
      const all = [call, error, buffer, tonic.bind('ttse__heard'), memory, tonic, handle, null, undefined, 1];
      const circle: Record<string, unknown> = { map: new Map([['all', { all }]]), all, ...{ call, error, buffer } };
      circle['self'] = circle;
      const arrived = crossed([circle])[0];
      const theirs = arrived.all as any[];
      expect(arrived.self).to.equal(arrived);
      expect(arrived.map.get('all').all).to.equal(theirs);
      expect([theirs[0], theirs[3], theirs[5], theirs[6]]).to.deep.equal([
        call,
        { of: tonic, key: 'ttse__heard' },
        tonic,
        handle,
      ]);
      expect(theirs[1]).to.be.instanceOf(Error).with.property('message', 'x');
      expect(Buffer.isBuffer(theirs[2]) && String(theirs[2])).to.equal('b');
      expect(theirs[4]).to.be.instanceOf(SharedArrayBuffer);
      expect([arrived.call, arrived.error, arrived.buffer]).to.deep.equal([call, theirs[1], theirs[2]]);
      expect(theirs.slice(7)).to.deep.equal([null, undefined, 1]);
    });
  });

  it('keeps the keys of a Map what they were: the very parts that stand elsewhere', () => {
    const [ann, bob] = [{ name: 'ann' }, { name: 'bob' }];
    const arrived = crossed({ users: [ann, bob], age: new Map([[ann, 40]]), blocked: new Set([bob]) });
    expect(arrived.age.get(arrived.users[0])).to.equal(40);
    expect(arrived.blocked.has(arrived.users[1])).to.equal(true);
  });

  it('keeps the order of keys, holes, and what is odd among values', () => {
    const odd = { z: -0, 2: 'two', a: undefined, 1: 12345678901234567890n, d: new Date(5), r: /x/gi, n: new Date(NaN) };
    const arrived = crossed(new Set([odd]))
      .values()
      .next().value;
    expect(Object.keys(arrived as object)).to.deep.equal(Object.keys(odd));
    expect(arrived).to.deep.equal(odd);
    expect(Object.is(arrived.z, -0)).to.equal(true);
  });

  it('may have a key "__proto__", which changes no prototype', () => {
    const data = JSON.parse('{"__proto__": {"a": 1}, "b": 2}') as object;
    const [arrived] = crossed(new Set([data])) as Set<object>;
    expect(Object.keys(arrived!)).to.deep.equal(['__proto__', 'b']);
    expect(Object.getPrototypeOf(arrived)).to.equal(Object.prototype);
  });

  it('is not changed by what becomes of it after the call', () => {
    const part = { n: 1 };
    const map = new Map<unknown, unknown>([
      ['part', part],
      [part, new Set([part])],
    ]);
    const packed = new Packed([map]);
    part.n = 2;
    map.clear();
    const [arrived] = packed.arrive() as [Map<unknown, any>];
    expect(arrived.get('part')).to.deep.equal({ n: 1 });
    expect([...arrived.get(arrived.get('part'))]).to.deep.equal([{ n: 1 }]);
  });

  it('may use a part in so many places that nobody could copy each', () => {
    const arrived = atOnce(() => crossed(shared(40))) as { left: object; right: object };
    expect(arrived.left).to.equal(arrived.right);
    let wide: unknown[] = [];
    for (let n = 0; n < 4; n++) wide = new Array<unknown>(300).fill(wide);
    const [first, second] = atOnce(() => crossed(wide)) as unknown[];
    expect(first).to.equal(second);
  });
});

describe('what can be called over there', () => {
  it('may be functions, at any depth', () => {
    const calls = [(): number => 1, (): number => 2, (): number => 3];
    const [first, second] = new Packed([calls[0], { deep: [{ call: calls[1] }, calls[2]] }]).arrive();
    expect([first, second.deep[0].call, second.deep[1]]).to.deep.equal(calls);
  });

  it('may be Tonics and handles, at any depth', async () => {
    await inTonic((tonic) => {
      const handle = new RemoteTonic({ thread: 2, call: () => {} }, 7, 70, 'far');
      const [first, second] = new Packed([tonic, { list: [handle, { tonic }] }]).arrive();
      expect(first).to.equal(tonic);
      expect(second.list[0]).to.equal(handle);
      expect(second.list[1].tonic).to.equal(tonic);
    });
  });

  it('may be bound sparkles, at any depth', async () => {
    await inTonic((tonic) => {
      const bound = tonic.bind('ttse__heard');
      const [first, second] = new Packed([bound, [{ bound }]]).arrive();
      for (const arrived of [first, second[0].bound]) expect(arrived).to.deep.equal({ of: tonic, key: 'ttse__heard' });
    });
  });

  it('keeps the other fields where they are', () => {
    const call = (): void => {};
    expect(crossed({ a: 1, call, z: [call, 2] })).to.deep.equal({ a: 1, call, z: [call, 2] });
  });
});

describe('what cannot cross to another thread', () => {
  it('is named by its path', () => {
    const socket = new Socket();
    expect(refused({ config: { socket } }).details['path']).to.equal('args[0].config.socket');
    expect(refused(1, ['a', { point: new Point(1, 2) }]).details['path']).to.equal('args[1][1].point');
    expect(refused(1, 2, Symbol('s')).details['path']).to.equal('args[2]');
  });

  it('is named by its path in the text, too, with what it is', () => {
    const { message } = refused({ config: { socket: new Socket() } });
    expect(message).to.include('args[0].config.socket').and.to.include('Socket');
  });

  it('is named by its path behind things that were replaced', () => {
    const value = { call: (): void => {}, bytes: Buffer.from('a'), list: [new Error('x'), new Point(1, 2)] };
    expect(refused(value).details['path']).to.equal('args[0].list[1]');
  });

  it('is named by its path in circles, Maps and Sets, too', () => {
    const circle: Record<string, unknown> = { list: [0, { a: [1, 2, { b: new Point(1, 2) }] }] };
    circle['self'] = circle;
    expect(refused(circle).details['path']).to.equal('args[0].list[1].a[2].b');
    const point = new Point(1, 2);
    const key = { k: 1 };
    const places: [unknown, string][] = [
      [new Map([['one', { point }]]), '.get("one").point'],
      [new Map([[42, [point]]]), '.get(42)[0]'],
      [new Map([[key, point]]), '.values()[0]'],
      [
        new Map<unknown, number>([
          ['first', 0],
          [{ point }, 1],
        ]),
        '.keys()[1].point',
      ],
      [new Set([1, 2, point]), '.values()[2]'],
      [new Map([['x'.repeat(100), point]]), `.get("${'x'.repeat(50)}...")`],
    ];
    for (const [value, place] of places)
      expect(refused(0, { value }).details['path'], place).to.equal(`args[1].value${place}`);
    const sparse: unknown[] = [];
    sparse[1_000_000] = point;
    expect(refused(sparse).details['path']).to.equal('args[0][1000000]');
  });

  it('is what can be called, or an error, right in a Map or a Set, and the text says where to put it', async () => {
    await inTonic((tonic) => {
      for (const it of [(): void => {}, tonic, tonic.bind('ttse__heard'), new Error('x')]) {
        const places: [unknown, string][] = [
          [new Map([['ann', it]]), '.get("ann")'],
          [new Map([['ann', new Map([[1, it]])]]), '.get("ann").get(1)'],
          [new Map([[it, 1]]), '.keys()[0]'],
          [new Set([it]), '.values()[0]'],
        ];
        for (const [users, place] of places) {
          const { details, message } = refused({ users });
          expect(details['path']).to.equal(`args[0].users${place}`);
          expect(message)
            .to.include('right in a Map or a Set')
            .and.to.include('in a field of a plain object, or in a list');
        }
        crossed(new Map([['ann', { it, list: [it] }]]));
      }
    });
  });

  it('is named by both ends of its path where that is long', () => {
    let value: object = new Point(1, 2);
    for (let n = 0; n < 400; n++) value = { a: value };
    const path = refused({ value }).details['path'] as string;
    expect(path)
      .to.match(/^args\[0\]\.value\.a.* \.\.\. .*\.a$/)
      .and.to.have.length.below(200);
  });

  it('is an instance of a class anywhere, whatever that is called', () => {
    class List extends Array<number> {}
    class Bytes extends Uint8Array {}
    const Blob = class Blob {};
    const withPrototype = Object.create({ inherited: 1 }) as object;
    const fakes = [Map, Set, Date, Uint8Array, Array].map(({ prototype }) => Object.create(prototype) as object);
    class When extends Date {}
    for (const value of [new List(), new Bytes(3), new Blob(), withPrototype, ...fakes, new When()]) {
      refused(value);
      refused({ map: new Map([['value', [value]]]) });
    }
  });

  it('is an instance of a class, which would lose its methods', () => {
    class Keyed extends Map<string, number> {}
    for (const value of [new Point(1, 2), new Keyed(), new WeakMap(), Promise.resolve(), new Packer(new Sides())])
      refused({ value });
  });

  it('is a symbol', () => {
    for (const value of [Symbol('s'), [Symbol.iterator], { s: Symbol('s') }]) refused(value);
  });

  it('is refused, and the next call goes through', () => {
    const packer = new Packer(new Sides());
    packer.begin();
    expectThrow(() => packer.pack({ call: (): void => {}, point: new Point(1, 2) }, 0), 'TT_NOT_TRANSFERABLE');
    packer.begin();
    expect(packer.pack({ list: [1] }, 0)).to.deep.equal({ list: [1] });
    expect(packer.refs).to.equal(undefined);
    expect(packer.moved).to.deep.equal([]);
  });
});

describe('what is moved to another thread', () => {
  it('is empty here right after the call', () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const packed = new Packed([transfer(bytes)]);
    expect(bytes).to.have.length(0);
    expect([...(packed.arrive()[0] as Uint8Array)]).to.deep.equal([1, 2, 3]);
  });

  it('stays a Buffer where it was one', () => {
    const buffer = Buffer.from(new Uint8Array([104, 105]).buffer);
    const arrived = crossed({ part: transfer(buffer) }).part as Buffer;
    expect(buffer).to.have.length(0);
    expect(Buffer.isBuffer(arrived)).to.be.true;
    expect(arrived.toString()).to.equal('hi');
  });

  it('may be an ArrayBuffer', () => {
    const memory = new Uint8Array([7]).buffer;
    const arrived = crossed(transfer(memory)) as ArrayBuffer;
    expect(memory.byteLength).to.equal(0);
    expect([...new Uint8Array(arrived)]).to.deep.equal([7]);
  });

  it('may be listed, in a value that holds it', () => {
    const pixels = new Uint8Array(8).fill(5);
    const kept = new Uint8Array([1]);
    const arrived = crossed({ job: [transfer({ pixels, kept, width: 4 }, [pixels.buffer])] }).job[0];
    expect(pixels).to.have.length(0);
    expect(kept).to.have.length(1);
    expect([...arrived.pixels]).to.deep.equal([5, 5, 5, 5, 5, 5, 5, 5]);
    expect([...arrived.kept]).to.deep.equal([1]);
    expect(arrived.width).to.equal(4);
  });

  it('may be a MessagePort, with what waits in it', () => {
    const { port1, port2 } = new MessageChannel();
    port1.postMessage('waits');
    const arrived = crossed(transfer(port2)) as MessagePort;
    expect(receiveMessageOnPort(arrived)).to.deep.equal({ message: 'waits' });
    port1.close();
  });

  it('is moved once: the second time is refused', () => {
    const bytes = new Uint8Array([1, 2, 3]);
    crossed(transfer(bytes));
    expect(refused('a', { again: transfer(bytes) }).details['path']).to.equal('args[1].again');
  });

  it('stays where it was if a later argument cannot cross', () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const { port1, port2 } = new MessageChannel();
    const more = new Uint8Array([4]);
    const value = { more, port2, set: new Set([1]) };
    expect(refused(transfer(bytes), transfer(value, [more.buffer, port2]), new Point(1, 2)).details['path']).to.equal(
      'args[2]',
    );
    expect([...bytes, ...more]).to.deep.equal([1, 2, 3, 4]);
    port1.postMessage('open');
    expect(receiveMessageOnPort(port2)).to.deep.equal({ message: 'open' });
    port1.close();
  });

  it('stays where it was if another thing cannot be moved, which is the one that is named', () => {
    const [first, second, gone] = [new Uint8Array([1]), new Uint8Array([2]), new Uint8Array([3])];
    crossed(transfer(gone));
    const inUse = new ReadableStream();
    inUse.getReader();
    const cases: [unknown, string][] = [
      [transfer({ plain: 1 }), 'args[1].it'],
      [transfer(gone), 'args[1].it'],
      [transfer(first), 'args[1].it'],
      [transfer(inUse), 'args[1].it'],
      [transfer(new Map([['a', 1]]), [{} as never]), 'args[1].it'],
    ];
    for (const [it, path] of cases)
      expect(refused(transfer(first), { it }, transfer(second)).details['path']).to.equal(path);
    expect([...first, ...second]).to.deep.equal([1, 2]);
  });

  it('is copied where it stands beside itself and is not to be moved', () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const [moved, copied] = new Packed([transfer(bytes), bytes]).arrive();
    expect(bytes).to.have.length(0);
    expect([[...moved], [...copied]]).to.deep.equal([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it('may stand in a circle, listed with what looks at the same memory', () => {
    const [buffer, pixels] = [Buffer.alloc(5_000, 'b'), new Uint16Array([1, 2])];
    const circle: Record<string, unknown> = { moving: transfer(buffer) };
    circle['self'] = circle;
    circle['frame'] = transfer({ pixels, half: pixels.subarray(1), call: () => 'called' }, [pixels.buffer]);
    const arrived = crossed(circle);
    expect([buffer.length, pixels.length]).to.deep.equal([0, 0]);
    expect(Buffer.isBuffer(arrived.moving) && arrived.moving.toString()).to.equal('b'.repeat(5_000));
    expect([...arrived.frame.pixels, ...arrived.frame.half]).to.deep.equal([1, 2, 2]);
    expect(arrived.frame.half.buffer).to.equal(arrived.frame.pixels.buffer);
    expect(arrived.frame.call()).to.equal('called');
    expect(arrived.self).to.equal(arrived);
  });

  it('is copied where it stands outside of what is given to transfer()', () => {
    const pixels = new Uint8Array([1, 2]);
    const arrived = crossed({ before: pixels, frame: transfer({ pixels }, [pixels.buffer]), after: pixels });
    expect(arrived.after.buffer).to.not.equal(arrived.frame.pixels.buffer);
    expect(pixels).to.have.length(0);
    expect([arrived.before, arrived.frame.pixels, arrived.after].map((one) => [...(one as Uint8Array)])).to.deep.equal([
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
  });

  it('is refused in a Map and a Set, and given twice, and stays where it was', () => {
    const pixels = new Uint8Array([1, 2]);
    const moving = transfer(pixels);
    const places: [unknown, string][] = [
      [{ map: new Map([['pixels', moving]]) }, '.map.get("pixels")'],
      [{ set: new Set([0, moving]) }, '.set.values()[1]'],
      [transfer({ map: new Map([['pixels', pixels]]) }, [pixels.buffer]), '.map.get("pixels")'],
      [{ one: moving, other: moving }, '.other'],
    ];
    for (const [value, place] of places) {
      const { details, message } = refused(value);
      expect(details['path']).to.equal(`args[0]${place}`);
      expect(message).to.match(/put it in a field of a plain object, or in a list|give what is transferable, and once/);
    }
    expect([...pixels]).to.deep.equal([1, 2]);
    expect([...(crossed(moving) as Uint8Array)]).to.deep.equal([1, 2]);
  });

  it('must be something that can be moved', () => {
    for (const value of [transfer('text'), transfer({ plain: 1 }), transfer(new SharedArrayBuffer(8))]) refused(value);
  });
});

describe('unusual data that is sent to another thread', () => {
  it('is a key "__proto__": a field as any, which changes no prototype', () => {
    const data = JSON.parse('{"__proto__": {"a": 1}, "b": 2}') as object;
    expect(Object.keys(crossed(data))).to.deep.equal(['__proto__', 'b']);
    crossed({ ['__proto__']: { polluted: () => {} } });
    expect(({} as any).polluted).to.equal(undefined);
  });

  it("is an error's field that cannot cross: it arrives as a text, and all the others as they were", () => {
    const error = Object.assign(new Error('outer', { cause: new Error('inner') }), { map: new WeakMap(), retry: true });
    const [arrived, after] = new Packed([error, () => 'called']).arrive();
    expect(arrived.cause.message).to.equal('inner');
    expect([arrived.retry, arrived.map]).to.deep.equal([true, '[object WeakMap]']);
    expect(after()).to.equal('called');
  });

  it('is an error that holds itself, or the same ones again and again', () => {
    const self = new Error('self') as Error & { self: unknown };
    self.cause = self;
    self.self = { self };
    expect(atOnce(() => crossed(self)).message).to.equal('self');
    let error: Error = new Error('0');
    for (let n = 1; n < 40; n++) error = Object.assign(new Error(String(n)), { a: error, b: error });
    expect(atOnce(() => crossed(error)).message).to.equal('39');
  });

  it('is an error whose parts are no texts', () => {
    const error = Object.assign(new Error('x'), { message: { toString: () => 'shown' } });
    expect(crossed(error).message).to.equal('shown');
    const bare = Object.defineProperty(new Error('bare'), 'stack', { get: () => expect.fail('not to be read') });
    expect(crossed(bare)).to.include({ message: 'bare', stack: undefined });
    const silent = Object.assign(new Error('x'), { field: Object.assign(Object.create(null), { f: new WeakMap() }) });
    expect(crossed(silent).field).to.deep.equal({ f: '[object WeakMap]' });
    const mute = Object.assign(new Error('x'), { mute: Object.create(Object.create(null) as object) as unknown });
    expect(crossed(mute).mute).to.equal('something without a text');
  });

  it('is an AggregateError: it keeps its errors', () => {
    expect(crossed(new AggregateError([new Error('a'), new RangeError('b')], 'all')).errors).to.have.length(2);
  });

  it('is a Buffer over shared memory: a Buffer that shares it', () => {
    const shared = Buffer.from(new SharedArrayBuffer(4));
    const arrived = crossed(shared) as Buffer;
    shared[1] = 7;
    expect(Buffer.isBuffer(arrived)).to.equal(true);
    expect(arrived[1]).to.equal(7);
  });

  it('is a Buffer that was moved away: it is refused', () => {
    const bytes = Buffer.from(new Uint8Array(5).buffer);
    crossed(transfer(bytes));
    expect(refused({ bytes }).details['path']).to.equal('args[0].bytes');
  });

  it('is a small Buffer that is to be moved: it shares its memory with others, so it is copied', () => {
    const bytes = Buffer.from('small');
    expect(crossed(transfer(bytes)).toString()).to.equal('small');
    expect(bytes.toString()).to.equal('small');
  });

  it('is what is given up on the way: callbacks that were numbered are dropped', () => {
    const sides = new Sides();
    const packer = new Packer(sides);
    const circle: Record<string, unknown> = { call: () => {} };
    circle['self'] = circle;
    packer.packAll([circle]);
    expect(sides.callbacks.length - sides.dropped.length, 'kept').to.equal(1);
    sides.drop(packer.refs![0]![2]);
    expectThrow(() => packer.packAll([() => {}, circle, [circle], Symbol('s')]), 'TT_NOT_TRANSFERABLE');
    expect(sides.callbacks).to.have.length.above(4);
    expect(sides.dropped.length).to.equal(sides.callbacks.length);
    expectThrow(() => packer.packAll([[circle, new Point(1, 2)]]), 'TT_NOT_TRANSFERABLE');
    expectThrow(() => packer.packAll([[circle, new Set([() => {}])]]), 'TT_NOT_TRANSFERABLE');
    expect(sides.dropped.length).to.equal(sides.callbacks.length);
  });
});

describe('a thread that is really there', () => {
  afterEach(endApps);

  it('gives back a circle as it was given: a Map, bytes, errors, and what can be called', async () => {
    const { boss } = await start(() => new HearingBoss());
    const worker = await boss.inside(() => Worker.spawn());
    const circle: Record<string, any> = { bytes: Buffer.from('bytes'), error: new RangeError('far') };
    const calls = { boss, worker, call: (word: string) => boss.ttsc__tell(word) };
    circle['map'] = new Map<unknown, unknown>([
      [circle, calls],
      ['bytes', circle['bytes']],
    ]);
    await boss.inside(() => worker.ttsc__say('back', circle, [circle]));
    const [first, [second]] = (await boss.heard.on('back')) as [typeof circle, [typeof circle]];
    expect(`${first['bytes']} ${first['map'].get('bytes')}`).to.equal('bytes bytes');
    expect(first['error']).to.be.instanceOf(RangeError);
    expect(first['map'].get(first)).to.include({ boss, worker });
    expect(second['map'].get(second).boss).to.equal(boss);
    first['map'].get(first).call('called');
    await boss.heard.on('called');
  });

  it('is given what is moved with its start, and what a start that is refused was given stays here', async () => {
    const { boss } = await start(() => new HearingBoss());
    const bytes = new Uint8Array([1, 2, 3]);
    await boss.inside(() => {
      expectThrow(() => Worker.spawn({ name: 'boss' }, transfer(bytes) as never), 'TT_NAME_TAKEN');
      expectThrow(() => FirstArgument.spawn([transfer(bytes), new Point(1, 2)]), 'TT_NOT_TRANSFERABLE');
      expectThrow(() => FirstArgument.spawn([transfer(bytes), transfer({})]), 'TT_NOT_TRANSFERABLE');
    });
    expect([...bytes]).to.deep.equal([1, 2, 3]);
    expect(boss.infusions.size).to.equal(0);
    await boss.inside(() => FirstArgument.spawn([transfer(bytes), new Map([['bytes', new Set([1])]])]));
    const [[moved, map]] = (await boss.heard.on('given')) as [[Uint8Array, Map<string, Set<number>>]];
    expect([[...moved], [...map.get('bytes')!]]).to.deep.equal([[1, 2, 3], [1]]);
    expect(bytes).to.have.length(0);
  });

  it('fails with an error that holds a circle, a Remote and a field of its own, and all of it arrives', async () => {
    const { boss } = await start(() => new HearingBoss());
    const worker = await boss.inside(() => Worker.spawn());
    worker.ttsc__throwOwn();
    const { error } = await boss.failure();
    expect(error).to.be.instanceOf(TaskTonicError).and.to.include({ code: 'TT_NAME_TAKEN', attempts: 3 });
    const { details, cause } = error as TaskTonicError;
    expect(details['holder']).to.equal(worker);
    expect(details['error']).to.equal(error);
    expect(cause).to.be.instanceOf(RangeError);
  });
});
