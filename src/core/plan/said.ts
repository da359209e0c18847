import type { AnyTonic } from '../any-tonic.js';

/** What is said of a class of Tonics with `with`, once for the compiler and the run time. */
export interface Said<State extends string> {
  /** The states that there are. */
  readonly states: readonly State[];
  /** Groups of them, each with a name that stands where a state may. */
  readonly groups?: Readonly<Record<string, readonly NoInfer<State>[]>>;
}

/** A class of Tonics that `with` can be called on. */
export type TonicConstructor = abstract new (...args: never[]) => AnyTonic;

type Made<C> = C extends abstract new (...args: never[]) => infer T ? T : never;
type Arguments<C> = C extends abstract new (...args: infer A) => unknown ? A : never;

/**
 * The class that `with` makes of `C`: all that `C` has, with other states.
 *
 * @typeParam Own what the framework's class, which `C` is or extends, is with these states.
 */
export type With<C, Own> = Omit<C, 'prototype'> & (new (...args: Arguments<C>) => Stated<Made<C>, Own>);

/** Where `C` is the framework's class itself, that with these states; else what it is, and those. */
type Stated<Base, Own> = Own extends Base ? Own : Base & Own;

/** Makes a class that extends `base` and says this of itself; what is not said is as `base` says it. */
export function withSaid(base: TonicConstructor, said: object): TonicConstructor {
  abstract class WithSaid extends (base as new (...args: unknown[]) => object) {}
  for (const [key, value] of Object.entries({ ...said, name: base.name }))
    if (value !== undefined) Object.defineProperty(WithSaid, key, { value, enumerable: key !== 'name' });
  return WithSaid as unknown as TonicConstructor;
}
