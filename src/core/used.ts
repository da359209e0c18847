/** The key of a static method by which a class defines what `this.use()` returns, if that is more than a handle. */
export const USED = Symbol('tasktonic.used');

/** A service whose users get another object than its handle. */
export interface UsedAs {
  /** Only for the compiler. */
  readonly [USED]: unknown;
}
