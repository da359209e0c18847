import { inspect } from 'node:util';

const broken = (): never => {
  throw new Error('broken');
};

/** A proxy as a draft of a library is after its end: whatever touches it throws. */
export function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** Values that cannot be read, or not in every way; each is made anew. */
export const ODD_VALUES: Readonly<Record<string, () => unknown>> = {
  'a revoked proxy': revoked,
  'an object with one in it': () => ({ draft: revoked() }),
  'an error with one in it': () => Object.assign(new Error('db down'), { draft: revoked() }),
  'an error with one as its cause': () => new Error('db down', { cause: revoked() }),
  'an AggregateError of one': () => new AggregateError([revoked()], 'db down'),
  'an error whose name throws': () => Object.defineProperty(new Error('db down'), 'name', { get: broken }),
  'an error whose message throws': () => Object.defineProperty(new Error('db down'), 'message', { get: broken }),
  'an error whose stack throws': () => Object.defineProperty(new Error('db down'), 'stack', { get: broken }),
  'an error whose cause throws': () => Object.defineProperty(new Error('db down'), 'cause', { get: broken }),
  'an error with a toJSON that throws': () => Object.assign(new Error('db down'), { toJSON: broken }),
  'an error whose constructor throws': () =>
    Object.defineProperty(new Error('db down'), 'constructor', { get: broken }),
  'an error that is its own cause': () => {
    const error = new Error('db down');
    error.cause = error;
    return error;
  },
  'an object with a getter that throws': () => ({
    ok: 1,
    get bad() {
      return broken();
    },
  }),
  'an object that inspect cannot show': () => ({ [inspect.custom]: broken }),
  'an object without a tag': () => ({
    get [Symbol.toStringTag]() {
      return broken();
    },
  }),
  'an object whose constructor throws': () =>
    Object.create({
      get constructor() {
        return broken();
      },
    }) as object,
  'an object that is no text': () => ({ toString: null, valueOf: null }),
  'an object without a prototype': () => Object.create(null) as object,
  'an object in itself': () => {
    const self: Record<string, unknown> = {};
    self['self'] = self;
    return self;
  },
  'a frozen object': () => Object.freeze({ a: 1 }),
  'a symbol': () => Symbol('odd'),
  'a BigInt': () => 1234567890123456789n,
  'a function': () => broken,
  'a Date of no day': () => new Date(NaN),
  nothing: () => undefined,
  null: () => null,
  'a very long text': () => 'x'.repeat(3_000_000),
  'a list of a million': () => new Array(1_000_000).fill(7),
  'an object of a thousand floors': () => {
    let top: object = {};
    for (let floor = 0; floor < 1_000; floor++) top = { below: top };
    return top;
  },
};
