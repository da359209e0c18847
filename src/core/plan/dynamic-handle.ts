import { fail } from '../errors.js';

/** A handle whose class does not know the sparkles: it gets each call here. */
export interface DynamicHandle {
  /** The list of arguments belongs to this method from now on; the call returns its result. */
  _ttCall(key: string, args: unknown[]): unknown;
}

/** Whether it has the form of a sparkle's name. Only the Tonic's class knows whether the sparkle exists. */
function isSparkle(key: string | symbol): key is string {
  return typeof key === 'string' && /^_?[a-z][a-z0-9]*_\w*_[a-z0-9]/i.test(key) && key.includes('__');
}

/**
 * Gives a class of handles a method for each sparkle that is called. The method is added to the prototype at the first
 * call, so later calls are direct.
 */
export function makeSparklesOnDemand(Handle: abstract new (...args: never[]) => DynamicHandle): void {
  const prototype = Handle.prototype as DynamicHandle;
  const below = Object.getPrototypeOf(prototype) as object;
  const onDemand = new Proxy(below, {
    has: (target, key) => isSparkle(key) || Reflect.has(target, key),
    get(target, key, receiver: unknown): unknown {
      if (!isSparkle(key)) return Reflect.get(target, key, receiver);
      const call = function (this: unknown, ...args: unknown[]): unknown {
        if (!(this instanceof Handle)) throw fail('TT_UNBOUND_SPARKLE', { key });
        return this._ttCall(key, args);
      };
      Object.defineProperty(prototype, key, { value: call });
      return call;
    },
  });
  Object.setPrototypeOf(prototype, onDemand);
}
