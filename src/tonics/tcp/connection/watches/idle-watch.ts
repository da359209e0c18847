import * as v from 'valibot';
import { ms, parseOptions } from '../../../../core/options/option-schema.js';
import { Interest, type InterestSet } from '../../../../selector/interest.js';
import { Watch, type Watched } from './connection-watches.js';

/** On which side nothing may be still for too long: `read` is what comes, `write` what leaves; `either` is still where both are. */
export type IdleSide = 'read' | 'write' | 'either';

const SIDES: Readonly<Record<IdleSide, InterestSet>> = {
  read: Interest.READ,
  write: Interest.WRITE,
  // Whatever else it is ready to is a sign of life, too.
  either: ~0,
};

/** An idle time. */
export const idlePatience = v.union([ms(1), v.literal(false)], 'must be 1 ms or more, or false');

/** As the option `idleTimeout` says it. */
export type IdleTimeout = number | false | { readonly [side in IdleSide]?: number | false | undefined };

const setting = v.strictObject({
  timeout: idlePatience,
  side: v.picklist(['read', 'write', 'either'], 'must be read, write or either'),
});

/**
 * Checks what `setIdleTimeout()` is given.
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function checkIdleTimeout(timeout: number | false, side: IdleSide, className: string): void {
  parseOptions(setting, { timeout, side }, `setIdleTimeout() of ${className}`);
}

/** The same option, with another time for one side. */
export function withIdleTimeout(before: IdleTimeout, timeout: number | false, side: IdleSide): IdleTimeout {
  return { ...(typeof before === 'object' ? before : { either: before }), [side]: timeout };
}

/** What an idle watch sees of its connection. */
export interface IdleWatched extends Watched {
  /** Nothing has happened on that side for as long as its watch says. @internal */
  _ttIdle(watch: IdleWatch): void;
}

// One for all: a closure for each connection would cost each of them something.
const tellIdle = (watch: Watch): void => {
  const { watched } = watch as IdleWatch;
  watched._ttIdle(watch as IdleWatch);
};

/** Tells that nothing happens on one side of a connection. Those of one connection are a chain: mostly there is none, or one. */
export class IdleWatch extends Watch {
  declare readonly watched: IdleWatched;
  readonly side: IdleSide;
  #next: IdleWatch | undefined;

  private constructor(watched: IdleWatched, side: IdleSide, timeout: number, next: IdleWatch | undefined) {
    super(watched, timeout, tellIdle, Infinity, SIDES[side]);
    this.side = side;
    this.#next = next;
  }

  /** The watches that an option asks for. */
  static of(watched: IdleWatched, timeout: IdleTimeout): IdleWatch | undefined {
    if (typeof timeout !== 'object') return IdleWatch.set(undefined, watched, 'either', timeout);
    let first: IdleWatch | undefined;
    for (const side of Object.keys(SIDES) as IdleSide[])
      first = IdleWatch.set(first, watched, side, timeout[side] ?? false);
    return first;
  }

  /** The same chain with another time for one side, which begins now. */
  static set(
    first: IdleWatch | undefined,
    watched: IdleWatched,
    side: IdleSide,
    timeout: number | false,
  ): IdleWatch | undefined {
    const others = first?.without(side);
    return timeout === false ? others : new IdleWatch(watched, side, timeout, others);
  }

  /** Something has happened now on these sides. */
  touchAll(sides: InterestSet): void {
    if ((sides & this.sides) !== 0) this.touch();
    this.#next?.touchAll(sides);
  }

  stopAll(): undefined {
    this.stop();
    return this.#next?.stopAll();
  }

  without(side: IdleSide): IdleWatch | undefined {
    if (this.side !== side) {
      this.#next = this.#next?.without(side);
      return this;
    }
    this.stop();
    return this.#next;
  }
}
