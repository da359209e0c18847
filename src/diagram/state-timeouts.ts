import type { Machine, SparkleFacts } from './machine.js';

const HEARS = 'onStateTimeout';

/**
 * The sparkles of a machine, with those that hear a timeout once for each state that has one. A generic one stays beside that only where
 * a transition brings a timeout with it, for then it may be of any state.
 *
 * @param timeouts how long states may last, in ms.
 */
export function withTimeouts(sparkles: Machine['sparkles'], timeouts: ReadonlyMap<string, number>): SparkleFacts[] {
  const limited = [...timeouts].filter(([, ms]) => ms !== Infinity);
  if (limited.length === 0) return [...sparkles];
  const generic = sparkles.find(({ name, state }) => name === HEARS && state === undefined);
  const own = (state: string): SparkleFacts | undefined =>
    sparkles.find((sparkle) => sparkle.name === HEARS && sparkle.state === state);
  const heard = limited.map(([state, ms]): SparkleFacts => {
    const { moves, empty } = own(state) ?? generic ?? { moves: [], empty: true };
    return { state, name: HEARS, moves, empty, after: `${ms} ms` };
  });
  const others = sparkles.filter((sparkle) => {
    if (sparkle.name !== HEARS) return true;
    return sparkle.state === undefined
      ? sparkles.some(givesTimeout)
      : !limited.some(([state]) => state === sparkle.state);
  });
  return [...others, ...heard];
}

function givesTimeout({ moves }: SparkleFacts): boolean {
  return moves.some(({ detail }) => detail !== undefined && /\btimeout\b/.test(detail));
}
