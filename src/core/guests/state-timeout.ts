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
 * The timeout of the state that a Tonic is in. It begins when the state is entered and is over when it is left: what fired, and waits
 * as an order, is not heard in another state.
 */
class StateTimeout implements StateTimeouts, Due {
  at = Infinity;
  slot = -1;
  readonly #tonic: AnyTonic;
  /** What the last `toState()` gave, for the state that it goes to. */
  #given: number | undefined;
  #ms = Infinity;
  /** Changes with each beginning: what has fired belongs to the one before. */
  #turn = 0;

  constructor(tonic: AnyTonic) {
    this.#tonic = tonic;
  }

  /** What `toState()` gave for the state that it goes to. */
  give(ms: number | undefined): void {
    this.#given = ms;
  }

  entered(state: string | undefined): void {
    const given = this.#given;
    this.#given = undefined;
    this.begin(state === undefined ? Infinity : (given ?? this.#tonic._ttPlan.stateTimeouts.get(state) ?? Infinity));
  }

  /** Begins anew in the state that holds. */
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

  /** Not where the state was left, or began anew, before its turn came. */
  #tell(turn: number): void {
    if (turn === this.#turn)
      tellNow(this.#tonic, 'ttse__onStateTimeout', { state: this.#tonic._ttState!, ms: this.#ms });
  }
}

function timeoutOf(tonic: AnyTonic): StateTimeout {
  return (extrasOf(tonic).stateTimeouts ??= new StateTimeout(tonic)) as StateTimeout;
}

/**
 * What `toState(state)` was given as its timeout: for the state that it goes to, or, where that holds already, from now on.
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

/** A Tonic is made: where its class gives states a timeout, each that is entered has one. */
export function beginsWithTimeouts(tonic: AnyTonic): void {
  if (tonic._ttPlan.stateTimeouts.size > 0) timeoutOf(tonic);
}

/** Its bounds have been checked. */
function checkTimeout({ _ttPlan }: AnyTonic, state: string | undefined, ms: number): void {
  if (ms === Infinity || _ttPlan.hearsTimeout(state)) return;
  const problem = `it has no handler: write ttse_${state}__onStateTimeout, or ttse__onStateTimeout for all states`;
  throw badOption(`${_ttPlan.className}.toState()`, 'timeout', problem);
}
