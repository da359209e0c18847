import type { StateGroups } from '../core/plan/state-groups.js';
import type { SparkleFacts } from './machine.js';

/** The sparkles of a machine, with those of a group once for each state that has none of its own, nor of a group before that. */
export function withGroups(sparkles: readonly SparkleFacts[], groups: StateGroups): SparkleFacts[] {
  const has = (at: string, name: string): boolean =>
    sparkles.some((sparkle) => sparkle.state === at && sparkle.name === name);
  const ofGroups = [...groups.states].flatMap((state) =>
    sparkles
      .filter(({ state: at, name }) => at !== state && groups.namesOf(state).find((from) => has(from, name)) === at)
      .filter(({ state: at }) => at !== undefined)
      .map((sparkle): SparkleFacts => ({ ...sparkle, state })),
  );
  return [...sparkles.filter(({ state }) => state === undefined || !groups.has(state)), ...ofGroups];
}
