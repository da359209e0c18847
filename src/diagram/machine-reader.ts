import { fail } from '../core/errors.js';
import { type TonicClass, Plan, isFrameworkClass } from '../core/plan/plan.js';
import { StateGroups } from '../core/plan/state-groups.js';
import { type Method, methodsOf } from './class-source.js';
import { withGroups } from './group-sparkles.js';
import type { Machine, SparkleFacts } from './machine.js';
import { MoveReader } from './move-reader.js';
import { withTimeouts } from './state-timeouts.js';

/**
 * The machine of a class of Tonics: what its plan says, and what the sources of its methods say of their transitions.
 * @throws {TaskTonicError} `TT_NO_DIAGRAM`, `TT_NO_SOURCE`; and whatever is wrong with the class, as its first instance would.
 */
export function machineOf(tonicClass: TonicClass): Machine {
  const { own, framework } = chainOf(tonicClass);
  const methods = methodsByName(own);
  const plan = Plan.of(tonicClass);
  const { className } = plan;
  const reader = new MoveReader(methods, endsOf(framework));
  const written = [...methods].flatMap(([key, [method]]): SparkleFacts[] => {
    const sparkle = plan.sparkles.get(key);
    if (sparkle === undefined) return [];
    return [{ state: sparkle.state, name: sparkle.name, moves: reader.of(method!), empty: isEmpty(method!) }];
  });
  const sparkles = withBeginning(withGroups(written, new StateGroups(tonicClass)), framework);
  const states = new Set([...(plan.states ?? []), ...plan.stateTimeouts.keys()]);
  for (const { state, moves } of sparkles) {
    if (state !== undefined) states.add(state);
    for (const { to } of moves) if (typeof to === 'string') states.add(to);
  }
  if (sparkles.length === 0 && states.size === 0)
    throw fail('TT_NO_DIAGRAM', { class: className, problem: 'it has no sparkles and no states of its own' });
  return { className, states: [...states], sparkles: withTimeouts(sparkles, plan.stateTimeouts) };
}

/** A class and those that it extends, up to the framework's; and that one. */
function chainOf(tonicClass: TonicClass): { own: TonicClass[]; framework: TonicClass } {
  const own: TonicClass[] = [];
  for (let next: unknown = tonicClass; ; next = Object.getPrototypeOf(next)) {
    if (!isClass(next)) {
      const given = isClass(tonicClass) ? tonicClass.name : String(tonicClass);
      throw fail('TT_NO_DIAGRAM', { class: given, problem: 'it is not a class of Tonics' });
    }
    if (isFrameworkClass(next)) return { own, framework: next };
    own.push(next);
  }
}

/** What a Tonic calls of its own to end: a connection also closes. */
function endsOf({ prototype }: TonicClass): ReadonlySet<string> {
  return new Set(['ttsc__finish', 'ttsc__close', 'ttsc__abort', 'closeWith'].filter((key) => key in prototype));
}

/**
 * Marks where the machine begins: in `onStart`; or, where that leads nowhere, in the `onConnected` of a connection. A client that
 * connects again hears that one in any state.
 */
function withBeginning(sparkles: readonly SparkleFacts[], { prototype }: TonicClass): SparkleFacts[] {
  const leads = (event: string) => (sparkle: SparkleFacts) =>
    sparkle.name === event && sparkle.state === undefined && sparkle.moves.length > 0;
  const connectsOnce = 'ttsc__send' in prototype && !('ttsc__reconnect' in prototype);
  const begins = connectsOnce && !sparkles.some(leads('onStart')) ? leads('onConnected') : leads('onStart');
  return sparkles.map((sparkle) => (begins(sparkle) ? { ...sparkle, begins: true } : sparkle));
}

function isClass(value: unknown): value is TonicClass {
  return typeof value === 'function' && typeof value.prototype === 'object' && value.prototype !== null;
}

/** All methods of some classes: of each name the one of the class that is nearest comes first. */
function methodsByName(classes: readonly TonicClass[]): Map<string, Method[]> {
  const methods = new Map<string, Method[]>();
  // What a parent begins stands before what a child adds.
  for (const [depth, level] of [...classes.entries()].reverse()) {
    for (const method of methodsOf(level, depth))
      methods.set(method.name, [method, ...(methods.get(method.name) ?? [])]);
  }
  return methods;
}

function isEmpty({ body }: Method): boolean {
  return body.type === 'BlockStatement' && body.body.length === 0;
}
