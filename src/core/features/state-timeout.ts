import type { AnyTonic } from '../any-tonic.js';
import { badOption } from '../options/option-problem.js';
import { type StateTimeouts, extrasOf } from './extras.js';
import { tellNow } from '../life.js';
import type { Due } from '../time/timer-queue.js';

/** What `ttse__onStateTimeout` is given. */
export interface StateTimeoutInfo {
  /** The state that has lasted too long; it still holds. */
  readonly state: string;
  /** How long it was to last, in ms. */
  readonly ms: number;
}

/**
 * The timeout of the present state. It begins when the state is entered, and ends when it is left. A timeout that has
 * fired but waits as an order is ignored in another state.
 */
class StateTimeout implements StateTimeouts, Due {
  at = Infinity;
  slot = -1;
  readonly #tonic: AnyTonic;
  /** The timeout given to the last `toState()`, for its target. */
  #given: number | undefined;
  #ms = Infinity;
  /** Changes with each start: a timeout that has fired belongs to an earlier one. */
  #turn = 0;

  constructor(tonic: AnyTonic) {
    this.#tonic = tonic;
  }

  /** Sets the timeout for the state that `toState()` goes to. */
  give(ms: number | undefined): void {
    this.#given = ms;
  }

  entered(state: string | undefined): void {
    const given = this.#given;
    this.#given = undefined;
    this.begin(state === undefined ? Infinity : (given ?? this.#tonic._ttPlan.stateTimeouts.get(state) ?? Infinity));
  }

  /** Starts again in the present state. */
  begin(ms: number): void {
    const { clock, timers } = this.#tonic._ttScheduler;
    this.#turn++;
    this.#ms = ms;
    timers.remove(this);
    if (ms === Infinity) return;
    this.at = clock.now() + ms;
    timers.add(this);
  }

  fire(): void {
    const turn = this.#turn;
    this.#tonic._ttss__run({ run: () => this.#tell(turn) });
  }

  /** Ignored if the state was left, or the timeout started again, in the meantime. */
  #tell(turn: number): void {
    if (turn === this.#turn)
      tellNow(this.#tonic, 'ttse__onStateTimeout', { state: this.#tonic._ttState!, ms: this.#ms });
  }
}

function timeoutOf(tonic: AnyTonic): StateTimeout {
  return (extrasOf(tonic).stateTimeouts ??= new StateTimeout(tonic)) as StateTimeout;
}

/**
 * Applies the timeout given to `toState(state)`: to the state that it goes to, or, for the present state, from now on.
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function giveTimeout(
  tonic: AnyTonic,
  state: string | undefined,
  ms: number | undefined,
  transition: boolean,
): void {
  if (ms === undefined && tonic._ttExtras?.stateTimeouts === undefined) return;
  if (ms !== undefined) checkTimeout(tonic, state, ms);
  const timeout = timeoutOf(tonic);
  if (transition) timeout.give(ms);
  else if (ms !== undefined && tonic._ttState !== undefined) timeout.begin(ms);
}

/** Starts timeouts in a new Tonic, if its class declares some. */
export function beginsWithTimeouts(tonic: AnyTonic): void {
  if (tonic._ttPlan.stateTimeouts.size > 0) timeoutOf(tonic);
}

/** The range of the value was checked before. */
function checkTimeout({ _ttPlan }: AnyTonic, state: string | undefined, ms: number): void {
  if (ms === Infinity || _ttPlan.hearsTimeout(state)) return;
  const problem = `it has no handler: write ttse_${state}__onStateTimeout, or ttse__onStateTimeout for all states`;
  throw badOption(`${_ttPlan.className}.toState()`, 'timeout', problem);
}
