import { fail } from '../errors.js';

/** A handle whose sparkles are not known by its class: each call comes here. */
export interface OnDemand {
  /** The list of arguments is the callee's from now on; what this returns, the call does. */
  _ttCall(key: string, args: unknown[]): unknown;
}

/** Whether it has the form of a sparkle's name: whether there is such a one, only the class of the Tonic knows. */
function isSparkle(key: string | symbol): key is string {
  return typeof key === 'string' && /^_?[a-z][a-z0-9]*_\w*_[a-z0-9]/i.test(key) && key.includes('__');
}

/**
 * Gives a class of handles a method for each sparkle that is called, made at the first call: it then stands on the prototype, so that
 * a later call does not come this way.
 */
export function makeSparklesOnDemand(Handle: abstract new (...args: never[]) => OnDemand): void {
  const prototype = Handle.prototype as OnDemand;
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
