/** What `this.use()` gives for a service, where its class has more to give than its sparkles: said by the class itself, as a static method. */
export const USED = Symbol('tasktonic.used');

/** A service whose users are not given its handle, but what this says. */
export interface UsedAs {
  /** For the compiler alone. */
  readonly [USED]: unknown;
}
