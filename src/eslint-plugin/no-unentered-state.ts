import { atEachClass } from './at-each-class.js';
import { type ClassFacts, classFacts } from './class-facts.js';
import { readName } from './read-name.js';
import { relativesOf, rootOf, TONICS } from './tonic-classes.js';
import {
  type ClassNode,
  type Node,
  type RuleContext,
  type RuleModule,
  type MemberExpression,
  classAround,
  memberOf,
  methodCallOf,
  propertyName,
  stringValue,
} from './syntax.js';

/** Reports a method for a state that nothing in the file enters. */
export const noUnenteredState: RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'Each state that has a method is entered somewhere' },
    schema: [],
    messages: {
      state: "{{key}} never runs: nothing enters the state {{state}}. Write this.toState('{{state}}') where it begins.",
      group: '{{key}} never runs: nothing enters a state of the group {{state}}.',
    },
  },
  create(context) {
    const transitions: Transition[] = [];
    return {
      ...atEachClass((node, classes) => checkClass(node, classes, transitions, context)),
      MemberExpression: (node) => {
        const to = transitionOf(node as MemberExpression);
        if (to !== undefined) transitions.push(to);
      },
    };
  },
};

/** A `toState` that stands in a file. */
interface Transition {
  /** The class whose own state it is; `undefined` where it is some other Tonic's. */
  readonly owner: ClassNode | undefined;
  /** The states it may lead to; `undefined` where the run decides. */
  readonly to: readonly string[] | undefined;
}

const TRANSITIONS = new Set(['toState', 'ttsc__toState']);

function transitionOf(node: MemberExpression): Transition | undefined {
  if (!TRANSITIONS.has(propertyName(node.property, node.computed) ?? '')) return undefined;
  const owner = isOwn(node.object) ? classAround(node) : undefined;
  const called = methodCallOf(node.parent);
  const [state] = called?.object === node.object ? called.given : [];
  return { owner, to: state && statesOf(state) };
}

/** `this`, `super`, `this.raise`. */
function isOwn(node: Node): boolean {
  const member = memberOf(node);
  if (member !== undefined) return member.name === 'raise' && isOwn(member.object);
  return node.type === 'ThisExpression' || node.type === 'Super';
}

/** `'open'`, `undefined`, `late ? 'shut' : 'open'`. */
function statesOf(node: Node): readonly string[] | undefined {
  if (node.type === 'ConditionalExpression') {
    const { consequent, alternate } = node as Node & { consequent: Node; alternate: Node };
    const [one, other] = [statesOf(consequent), statesOf(alternate)];
    return one && other && [...one, ...other];
  }
  if (node.type === 'Identifier' && propertyName(node, false) === 'undefined') return [];
  const state = stringValue(node);
  return state === undefined ? undefined : [state];
}

function checkClass(
  node: ClassNode,
  classes: readonly ClassNode[],
  transitions: readonly Transition[],
  context: RuleContext,
): void {
  if (!isWhole(node, context)) return;
  const relatives = relativesOf(node, classes, context);
  const entered = new Set<string>();
  for (const { owner, to } of transitions) {
    if (owner !== undefined && !relatives.has(owner)) continue;
    if (to === undefined) return;
    for (const state of to) entered.add(state);
  }
  checkMethods(node, classFacts(node, context), entered, context);
}

/** Whether all of a class is in this file: one that is abstract, or whose states are a parameter, is made whole elsewhere. */
function isWhole(node: ClassNode, context: RuleContext): boolean {
  const { abstract, typeParameters } = node as ClassNode & { abstract?: boolean };
  return abstract !== true && typeParameters === undefined && TONICS.has(rootOf(node, context) ?? '');
}

function checkMethods(
  node: ClassNode,
  { states, groups = [], membersOf, prefixes }: ClassFacts,
  entered: ReadonlySet<string>,
  context: RuleContext,
): void {
  if (states === 'unknown' || groups === 'unknown') return;
  for (const { key: keyNode, computed, static: isStatic } of node.body.body) {
    const key = propertyName(keyNode, computed);
    const name = key === undefined || isStatic ? undefined : readName(key, prefixes);
    if (key === undefined || typeof name !== 'object' || name.state === undefined) continue;
    const { state } = name;
    const isGroup = groups.includes(state);
    // One that is not there is told by sparkle-names.
    if (states !== undefined && !isGroup && !states.includes(state)) continue;
    const within = isGroup ? membersOf(state) : [state];
    if (within === undefined || within === 'unknown' || within.some((each) => entered.has(each))) continue;
    context.report({ node: keyNode!, messageId: isGroup ? 'group' : 'state', data: { key, state } });
  }
}
