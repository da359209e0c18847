import { isTonicClass, makesTonic } from './tonic-classes.js';
import {
  type ClassMember,
  type ClassNode,
  type Node,
  type ObjectExpression,
  type RuleContext,
  type RuleModule,
  FUNCTIONS,
  methodCallOf,
  propertyName,
  sourceOf,
} from './syntax.js';

/**
 * Reports a Tonic that is made while the constructor of another one runs. Nothing tells where a constructor ends, so its base would be
 * the maker of that one: a timer in a field fires at the maker, and lives as long as that.
 */
export const noInfusionInConstructor: RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'What a Tonic infuses is made in its sparkles, not in its constructor or a field' },
    schema: [],
    messages: {
      early:
        '{{made}} is made while the constructor of {{tonic}} runs, so its base would be the maker of that Tonic. Make it in ttse__onStart, or pass { base: this }.',
      spawned:
        '{{made}} is spawned while the constructor of {{tonic}} runs, so its base would be the maker of that Tonic. Spawn it in ttse__onStart.',
    },
  },
  create(context) {
    return {
      NewExpression: (node) => check(node as Made, context),
      CallExpression: (node) => checkSpawn(node, context),
    };
  },
};

type Made = Node & { readonly callee: Node; readonly arguments: readonly Node[] };

function check(node: Made, context: RuleContext): void {
  const owner = constructedWith(node);
  if (owner === undefined || givesBase(node) || !isTonicClass(owner, context)) return;
  if (!makesTonic(node.callee, context) && !hasTypeOfTonic(node, context)) return;
  const made = sourceOf(context).getText(node.callee);
  context.report({ node, messageId: 'early', data: { made, tonic: owner.id?.name ?? 'this class' } });
}

function checkSpawn(node: Node, context: RuleContext): void {
  const called = methodCallOf(node);
  const owner = called?.name === 'spawn' ? constructedWith(node) : undefined;
  if (owner === undefined || !isTonicClass(owner, context)) return;
  if (!makesTonic(called!.object, context) && !typeHas(node, context, 'ttsc__finish')) return;
  const made = sourceOf(context).getText(called!.object);
  context.report({ node, messageId: 'spawned', data: { made, tonic: owner.id?.name ?? 'this class' } });
}

/** The class whose constructor, or the initialiser of one of whose fields, runs this. */
function constructedWith(node: Node): ClassNode | undefined {
  for (let at = node, up = at.parent; up; at = up, up = at.parent) {
    if (FUNCTIONS.has(at.type) && !isConstructor(at) && !runsAtOnce(at)) return undefined;
    const { type, static: isStatic, value } = up as ClassMember;
    if (type === 'PropertyDefinition' && value === at) return isStatic ? undefined : classOf(up);
    if (isConstructor(at)) return classOf(up);
  }
  return undefined;
}

function isConstructor(node: Node): boolean {
  return (node.parent as ClassMember | undefined)?.kind === 'constructor' && node.type === 'FunctionExpression';
}

function classOf(member: Node): ClassNode {
  return member.parent!.parent as ClassNode;
}

const AT_ONCE = new Set(['map', 'forEach', 'flatMap', 'from', 'reduce', 'filter']);

/** A function that a list calls for each of its items. */
function runsAtOnce(node: Node): boolean {
  const called = methodCallOf(node.parent);
  return called !== undefined && called.given.includes(node) && AT_ONCE.has(called.name);
}

/** Whether the options say which base it has; those spread from elsewhere may. */
export function givesBase({ arguments: given }: Pick<Made, 'arguments'>): boolean {
  return given.some(
    (each) =>
      each.type === 'ObjectExpression' &&
      (each as ObjectExpression).properties.some(
        ({ type, key, computed }) => type === 'SpreadElement' || propertyName(key, computed) === 'base',
      ),
  );
}

/** A class of another file, where the parser knows types. */
function hasTypeOfTonic(node: Node, context: RuleContext): boolean {
  return typeHas(node, context, 'ttsc__finish') && typeHas(node, context, 'toState');
}

function typeHas(node: Node, context: RuleContext, member: string): boolean {
  return sourceOf(context).parserServices?.getTypeAtLocation?.(node).getProperty(member) !== undefined;
}
