import { expect } from 'chai';
import { type ServiceCaller, ServiceHandle } from '../doors/services.js';
import { snapshot } from '../doors/testing.js';

describe('a snapshot', () => {
  it('keeps plain values', () => {
    for (const value of [undefined, null, true, 0, -0, NaN, 1n, 'text']) expect(snapshot(value)).to.deep.equal(value);
  });

  it('does not change with what it is of, at any depth', () => {
    const value = { list: [1, { deep: 'a' }], when: new Date(5) };
    const copy = snapshot(value) as typeof value;
    value.list.push(2);
    (value.list[1] as { deep: string }).deep = 'b';
    value.when.setTime(6);
    expect(copy).to.deep.equal({ list: [1, { deep: 'a' }], when: new Date(5) });
    expect(Object.isFrozen(copy) && Object.isFrozen(copy.list) && Object.isFrozen(copy.list[1])).to.be.true;
  });

  it('copies bytes, the first 4,096 of them', () => {
    const bytes = Buffer.alloc(10_000, 1);
    const copy = snapshot(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)) as Buffer;
    bytes.fill(2);
    expect(copy).to.deep.equal(Buffer.alloc(4_096, 1));
  });

  it('names functions, and what goes round in a circle', () => {
    const value: Record<string, unknown> = { named: function named() {}, plain: (() => () => {})() };
    value['self'] = value;
    expect(snapshot(value)).to.deep.equal({
      named: '[function named]',
      plain: '[function without a name]',
      self: '[circle]',
    });
  });

  it('takes the same object twice where it is no circle', () => {
    const shared = { a: 1 };
    expect(snapshot([shared, shared])).to.deep.equal([{ a: 1 }, { a: 1 }]);
  });

  it('has the pairs of maps, the items of sets, and of errors name, message and code', () => {
    expect(snapshot(new Map([['a', { b: 1 }]]))).to.deep.equal({ map: [['a', { b: 1 }]] });
    expect(snapshot(new Set([1, 2]))).to.deep.equal({ set: [1, 2] });
    const error = Object.assign(new RangeError('too much'), { code: 'E_MUCH', secret: 1 });
    expect(snapshot(error)).to.deep.equal({ error: 'RangeError', message: 'too much', code: 'E_MUCH' });
  });

  it('names a service by its handle', () => {
    const services: ServiceCaller = { callService: () => {}, whoIs: () => undefined, hasFinished: () => false };
    expect(snapshot([new ServiceHandle(services, 'limiter')])).to.deep.equal([{ service: 'limiter' }]);
  });

  it('calls nothing of what it is of', () => {
    let called = 0;
    const value = {
      get costly(): number {
        return ++called;
      },
      toJSON(): unknown {
        return ++called;
      },
    };
    expect(snapshot(value)).to.deep.equal({ costly: '[getter]', toJSON: '[function toJSON]' });
    expect(called).to.equal(0);
  });

  it('never throws', () => {
    const hostile = new Proxy({}, { ownKeys: () => { throw new Error('keep out'); } }); // prettier-ignore
    const error = new Error('x');
    Object.defineProperty(error, 'message', { get: () => { throw new Error('keep out'); } }); // prettier-ignore
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect([hostile, error, proxy, Object.create(null)].map((value) => snapshot([value]))).to.deep.equal([
      ['[cannot be read]'],
      ['[cannot be read]'],
      ['[cannot be read]'],
      [{}],
    ]);
  });

  it('is bounded in depth, length and text', () => {
    expect(snapshot([[[[[[1]]]]]])).to.deep.equal([[[['[list of 1]']]]]);
    expect(snapshot({ a: { b: { c: { d: new URLSearchParams() } } } })).to.deep.equal({
      a: { b: { c: { d: '[URLSearchParams]' } } },
    });
    const long = snapshot(new Array(150).fill(0)) as unknown[];
    expect([long.length, long.at(-1)]).to.deep.equal([101, '[50 more]']);
    const wide = snapshot(Object.fromEntries(Array.from({ length: 150 }, (_, nr) => [`k${nr}`, nr]))) as object;
    expect(Object.keys(wide)).to.have.length(101);
    expect(snapshot('x'.repeat(10_001))).to.equal(`${'x'.repeat(10_000)}[1 more]`);
  });

  it('takes a key named __proto__ as any other', () => {
    const copy = snapshot(JSON.parse('{"__proto__":{"polluted":true}}')) as object;
    expect(Object.getPrototypeOf(copy)).to.equal(Object.prototype);
    expect(Object.keys(copy)).to.deep.equal(['__proto__']);
  });
});
