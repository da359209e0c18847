import type typescript from 'typescript';
import { type ClassChain, staticOf } from './class-chain.js';
import type { Machine, SparkleFacts } from './machine.js';
import type { Source } from './source-files.js';

const HEARS = 'onStateTimeout';

/** How long states may last, from `static stateTimeouts`: a number of ms, or what is written there. */
export function stateTimeoutsOf(source: Source, { classes }: ClassChain): ReadonlyMap<string, string> {
  const { ts, checker } = source;
  const timeouts = new Map<string, string>();
  const table = classes.map((node) => staticOf(source, node, 'stateTimeouts')).find((found) => found !== undefined);
  if (table === undefined) return timeouts;
  // As the checker sees it what is spread into the table is in it.
  for (const { name, valueDeclaration } of checker.getTypeAtLocation(table).getProperties()) {
    const after = valueDeclaration === undefined ? name : written(ts, valueDeclaration);
    if (after !== 'Infinity ms') timeouts.set(name, after);
  }
  return timeouts;
}

function written(ts: Source['ts'], entry: typescript.Declaration): string {
  const value = ts.isPropertyAssignment(entry) ? entry.initializer : entry;
  return `${ts.isNumericLiteral(value) ? value.text : value.getText()} ms`;
}

/**
 * The sparkles of a machine, with those that hear a timeout once for each state that has one. A generic one stays beside that only where
 * a transition brings a timeout with it, for then it may be of any state.
 */
export function withTimeouts(sparkles: Machine['sparkles'], timeouts: ReadonlyMap<string, string>): SparkleFacts[] {
  if (timeouts.size === 0) return [...sparkles];
  const generic = sparkles.find(({ name, state }) => name === HEARS && state === undefined);
  const own = (state: string): SparkleFacts | undefined =>
    sparkles.find((sparkle) => sparkle.name === HEARS && sparkle.state === state);
  const heard = [...timeouts].map(([state, after]): SparkleFacts => {
    const { moves, empty } = own(state) ?? generic ?? { moves: [], empty: true };
    return { state, name: HEARS, moves, empty, after };
  });
  const others = sparkles.filter((sparkle) => {
    if (sparkle.name !== HEARS) return true;
    return sparkle.state === undefined ? sparkles.some(givesTimeout) : !timeouts.has(sparkle.state);
  });
  return [...others, ...heard];
}

function givesTimeout({ moves }: SparkleFacts): boolean {
  return moves.some(({ detail }) => detail !== undefined && /\btimeout\b/.test(detail));
}
