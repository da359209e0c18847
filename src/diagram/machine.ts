/** What a Tonic's class says of its state machine. */
export interface Machine {
  readonly className: string;
  /** In the order in which the class lists them, then those that only its methods name. */
  readonly states: readonly string[];
  /** Its own and inherited ones, in the order of the source. */
  readonly sparkles: readonly SparkleFacts[];
}

/** One sparkle, and where it may lead. */
export interface SparkleFacts {
  /** The state that it is for; `undefined` for a generic one. */
  readonly state: string | undefined;
  /** `unlock` of `ttsc_locked__unlock`. */
  readonly name: string;
  readonly moves: readonly Move[];
  /** Whether there is nothing in it: then it stands there for the compiler only. */
  readonly empty: boolean;
  /** Whether the machine has no state before it, so that its ways lead from the beginning. */
  readonly begins?: boolean;
  /** For what hears the timeout of its state: how long that may last, such as `5000 ms`. */
  readonly after?: string;
}

/** One call that ends a state. */
export interface Move {
  /** The state that it goes to; `END` where the machine stops, `UNKNOWN` where that is known only when it runs. */
  readonly to: string | typeof END | typeof UNKNOWN;
  /** What is written beside it: the expression that is not known, the options of the transition. */
  readonly detail: string | undefined;
  /** Whether the state is entered anew if it holds already. */
  readonly reenters: boolean;
}

export const END = Symbol('no state');
export const UNKNOWN = Symbol('known when it runs');
