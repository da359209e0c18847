import type { AnyTonic } from '../any-tonic.js';

/** The declaration of a class in `with()`, for the compiler and for run time. */
export interface Said<State extends string> {
  /** The states of the class. */
  readonly states: readonly State[];
  /** Groups of states; the name of a group may be used like a state. */
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

/** If `C` is the class of the framework itself, that class with these states; else its type with them. */
type Stated<Base, Own> = Own extends Base ? Own : Base & Own;

/** Makes a class that extends `base` with these declarations; the others are inherited. */
export function withDeclarations(base: TonicConstructor, said: object): TonicConstructor {
  abstract class WithSaid extends (base as new (...args: unknown[]) => object) {}
  for (const [key, value] of Object.entries({ ...said, name: base.name }))
    if (value !== undefined) Object.defineProperty(WithSaid, key, { value, enumerable: key !== 'name' });
  return WithSaid as unknown as TonicConstructor;
}
