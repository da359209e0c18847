import type { StoreValue } from './values.js';

// Types only: how a Store with a known shape types its paths. A given path is looked up in the shape segment by
// segment. No list of all paths is made, so shapes may be large, and may contain themselves.

declare const anyShape: unique symbol;
declare const plain: unique symbol;

/** The shape of a Store of which none was given: any path, any value. */
export interface AnyShape {
  readonly [anyShape]: never;
}

/**
 * Marks in a shape that an object is one value, and not a place with others below it:
 * `StoreTree<{ user: Plain<{ name: string }>; settings: { volume: number } }>`.
 */
export interface Plain<T> {
  readonly [plain]: T;
}

/** Types that are one value in a shape. */
type Leaf =
  | string
  | number
  | boolean
  | bigint
  | null
  | undefined
  | Date
  | ArrayBuffer
  | SharedArrayBuffer
  | ArrayBufferView
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | readonly unknown[]
  | Plain<unknown>;

/** The value that a place of this shape has itself: of one with others below it that of its key `'.'`. */
export type ValueOf<S> = S extends AnyShape
  ? StoreValue
  : S extends Plain<infer T>
    ? T
    : S extends Leaf
      ? Exclude<S, undefined>
      : string extends keyof S
        ? never
        : '.' extends keyof S
          ? Exclude<S['.'], undefined>
          : never;

/** What can be set at a place of this shape. */
export type Settable<S> = [S] extends [never] ? never : [S] extends [AnyShape] ? unknown : ValueOf<S> | undefined;

/** The shape at a path that is read or subscribed; `never` where the shape has none. */
export type ShapeAt<S, P extends string> = string extends P
  ? AnyShape
  : P extends ''
    ? S
    : P extends `${infer K}/${infer Rest}`
      ? ShapeAt<Step<S, K>, Rest>
      : Step<S, P>;

/** The shape at a path of `set()`, in which `#` and `.` stand for elements of lists. */
export type SetShapeAt<S, P extends string> = string extends P
  ? AnyShape
  : P extends ''
    ? S
    : P extends `${infer K}/${infer Rest}`
      ? SetShapeAt<SetStep<S, K>, Rest>
      : SetStep<S, P>;

type Step<S, K extends string> = S extends AnyShape
  ? AnyShape
  : S extends Leaf
    ? never
    : K extends '.'
      ? never
      : K extends '**'
        ? AnyShape
        : K extends `${string}*${string}`
          ? Below<S>
          : K extends keyof S
            ? Exclude<S[K], undefined>
            : never;

type SetStep<S, K extends string> = K extends '.'
  ? Otherwise<Step<S, '#0'>, S>
  : K extends `${infer Name}#`
    ? Step<S, `${Name}#0`>
    : K extends `${infer Name}.`
      ? Otherwise<Step<S, `${Name}#0`>, Step<Step<S, Name>, '#0'>>
      : Step<S, K>;

type Otherwise<S, T> = [S] extends [never] ? T : S;

/** The shapes of all that is below a place of this shape. */
export type Below<S> = S extends AnyShape
  ? AnyShape
  : S extends Leaf
    ? never
    : Exclude<S[Exclude<keyof S, '.'>], undefined>;

/** The shape of the elements of a list with a prefix. */
export type ElementOf<S, Prefix extends string> = ShapeAt<S, `${Prefix}#0`>;

/** A path that is read: one that the shape has, without wildcards. */
export type Readable<S, P extends string> = [S] extends [AnyShape]
  ? P
  : string extends P
    ? P
    : P extends `${string}*${string}`
      ? `${P} is no path: "*" is for subscribe()`
      : Pattern<S, P>;

/** A path that is subscribed: one that the shape has, with or without wildcards. */
export type Pattern<S, P extends string> = [ShapeAt<S, P>] extends [never] ? `${P} is no path of this Store` : P;

/** A path of `set()`. */
export type SetPath<S, P extends string> = [SetShapeAt<S, P>] extends [never] ? `${P} is no path of this Store` : P;

/** Values by path, each of which fits. */
export type SetRecord<S, D> = [S] extends [AnyShape]
  ? D
  : { readonly [P in keyof D]: P extends string ? SettableAt<S, P> : never };

/** Pairs of a path and a value, each of which fits. */
export type SetPairs<S, D extends readonly (readonly [string, unknown])[]> = [S] extends [AnyShape]
  ? D
  : { readonly [I in keyof D]: readonly [SetPath<S, D[I][0]>, SettableAt<S, D[I][0]>] };

type SettableAt<S, P extends string> = Settable<SetShapeAt<S, P>>;

/** The paths that a pattern stands for: `sensors/${string}/value` for a pattern with a star in its middle. */
export type Fitting<P extends string> = string extends P
  ? string
  : P extends `${infer First}**${infer Rest}`
    ? `${Fitting<First>}${string}${Fitting<Rest>}`
    : P extends `${infer First}*${infer Rest}`
      ? `${First}${string}${Fitting<Rest>}`
      : P;

/** A path below another; any text where one of them is not known. */
export type Joined<One extends string, Other extends string> = string extends One | Other
  ? string
  : One extends ''
    ? Other
    : Other extends ''
      ? One
      : `${One}/${Other}`;

/** Fields of a place, as `extract` gives them. */
export type Snapshot<S, Field extends string> = {
  readonly [F in Field]: (F extends '.' ? ValueOf<S> : ValueOf<ShapeAt<S, F>>) | undefined;
};
