import type { Said, TonicConstructor } from '../core/plan/declarations.js';
import type { Framing } from '../framing/framing.js';

/** What is said of a class of sockets with `with`: its states and groups, its framing, or both. */
export interface SaidOfSocket<State extends string, Frame, Sent> extends Partial<Said<State>> {
  /** How frames lie in what comes: then `onFrame` is heard. */
  readonly framing?: Framing<Frame, Sent>;
}

/** The states that the class `C` says itself; none where it leaves them open. */
export type StatesOf<C extends TonicConstructor> = C extends abstract new (...args: never[]) => {
  readonly state: infer S;
}
  ? string extends S
    ? never
    : Extract<S, string>
  : never;
