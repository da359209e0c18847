import type { SparkleFacts } from './machine.js';

type Groups = ReadonlyMap<string, readonly string[]>;

/** The sparkles of a machine, with those of a group once for each state that has none of its own, nor of a group before that. */
export function withGroups(sparkles: readonly SparkleFacts[], groups: Groups): SparkleFacts[] {
  const states = new Set([...groups.values()].flat());
  const has = (at: string, name: string): boolean =>
    sparkles.some((sparkle) => sparkle.state === at && sparkle.name === name);
  const ofGroups = [...states].flatMap((state) =>
    sparkles
      .filter((sparkle) => {
        const { state: at = '', name } = sparkle;
        return groupsOf(state, groups).find((group) => has(group, name)) === at && !has(state, name);
      })
      .map((sparkle): SparkleFacts => ({ ...sparkle, state })),
  );
  return [...sparkles.filter(({ state }) => state === undefined || !groups.has(state)), ...ofGroups];
}

/** What is said for states, with what is said for a group once for each state that has none of its own. */
export function spreadOverGroups(given: ReadonlyMap<string, string>, groups: Groups): Map<string, string> {
  const spread = new Map([...given].filter(([name]) => !groups.has(name)));
  for (const state of new Set([...groups.values()].flat())) {
    const group = groupsOf(state, groups).find((name) => given.has(name));
    if (group !== undefined && !spread.has(state)) spread.set(state, given.get(group)!);
  }
  return spread;
}

function groupsOf(state: string, groups: Groups): string[] {
  return [...groups].filter(([, members]) => members.includes(state)).map(([name]) => name);
}
