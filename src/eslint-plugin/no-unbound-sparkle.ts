import { readName } from './read-name.js';
import {
  type MemberExpression,
  type Node,
  type RuleContext,
  type RuleModule,
  propertyName,
  sourceOf,
} from './syntax.js';

/** Reports a sparkle taken off its Tonic: called later, it would no longer know whose it is. */
export const noUnboundSparkle: RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'Sparkles stay with their Tonic: a reference is made with tonic.bind()' },
    hasSuggestions: true,
    schema: [],
    messages: {
      unbound: '{{key}} is not bound to its Tonic. Make a bound reference: {{to}}.',
      destructured: "{{key}} is not bound to its Tonic. Make a bound reference: tonic.bind('{{key}}').",
      bind: 'Make it {{to}}.',
    },
  },
  create(context) {
    return {
      MemberExpression: (node) => checkAccess(node as MemberExpression, context),
      ObjectPattern: (node) => checkPattern(node as Pattern, context),
    };
  },
};

function checkAccess(node: MemberExpression, context: RuleContext): void {
  const key = sparkleKey(node.property, node.computed);
  if (key === undefined || isBody(node.object)) return;
  const tonic = sourceOf(context).getText(node.object);
  if (staysWithTonic(node, tonic, context)) return;
  const to = `${SIMPLE.has(node.object.type) ? tonic : `(${tonic})`}${node.optional ? '?.' : '.'}bind('${key}')`;
  context.report({
    node,
    messageId: 'unbound',
    data: { key, to },
    suggest: [{ messageId: 'bind', data: { to }, fix: (fixer) => fixer.replaceText(node, to) }],
  });
}

/** What needs no parentheses before a dot. */
const SIMPLE = new Set([
  'Identifier',
  'ThisExpression',
  'MemberExpression',
  'CallExpression',
  'NewExpression',
  'TSNonNullExpression',
]);

type Pattern = Node & { readonly properties: readonly (Node & { key?: Node; computed?: boolean })[] };

/** `const { ttse__done } = tonic` */
function checkPattern({ properties }: Pattern, context: RuleContext): void {
  for (const property of properties) {
    const key = sparkleKey(property.key, property.computed);
    if (key !== undefined) context.report({ node: property, messageId: 'destructured', data: { key } });
  }
}

function sparkleKey(key: Node | undefined, computed: boolean | undefined): string | undefined {
  const name = propertyName(key, computed);
  return isSparkleName(name) ? name : undefined;
}

/** `super.ttsc__x` and `Door.prototype.ttsc__x` are the method itself and not a Tonic's sparkle. */
function isBody(object: Node): boolean {
  if (object.type === 'Super') return true;
  const { property, computed } = object as MemberExpression;
  return object.type === 'MemberExpression' && propertyName(property, computed) === 'prototype';
}

/** Nodes that only hand on the value of what they hold. */
const TRANSPARENT = new Set([
  'ChainExpression',
  'TSNonNullExpression',
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSTypeAssertion',
]);
/** Nodes that only look whether it is there. */
const LOOKS = new Set(['UnaryExpression', 'BinaryExpression', 'IfStatement', 'WhileStatement']);

interface Use extends Node {
  readonly callee?: Node;
  readonly left?: Node;
  readonly test?: Node;
  readonly operator?: string;
  readonly key?: Node;
  readonly computed?: boolean;
}

/** Whether the sparkle is called, looked at, or handed to something that binds it to the same Tonic. */
function staysWithTonic(node: Node, tonic: string, context: RuleContext): boolean {
  const use = node.parent as Use | undefined;
  if (use === undefined) return false;
  if (TRANSPARENT.has(use.type)) return staysWithTonic(use, tonic, context);
  if (LOOKS.has(use.type)) return true;
  switch (use.type) {
    case 'CallExpression':
      return use.callee === node || isBoundBy(tonic, use.callee, context);
    case 'MemberExpression': // Such as tonic.ttse__done.bind(tonic).
      return (use as unknown as MemberExpression).object === node;
    case 'AssignmentExpression':
      return use.left === node;
    case 'ConditionalExpression':
      return use.test === node || staysWithTonic(use, tonic, context);
    case 'LogicalExpression':
      return (use.operator === '&&' && use.left === node) || staysWithTonic(use, tonic, context);
    case 'Property': // What is made or asked binds it to this Tonic: new TimerRepeat({ sparkleBack: this.ttse__tick }).
      return tonic === 'this' && isBindingOption(use, context);
    default:
      return false;
  }
}

/** The methods that bind a sparkle to the Tonic that they are called on: `this.pipe(promise, this.ttse__done)`. */
const BINDING_METHOD: ReadonlySet<string> = new Set(['pipe', 'request']);
/** What a Store, as a Tonic has it, binds to that Tonic: `store.subscribe('a/*', this.ttse__onChange)`. */
const OF_A_STORE = new Set(['subscribe', 'unsubscribe']);
/** What an HttpClient, as a Tonic has it, binds to the one that asks: `http.get(url, this.ttse__onAnswer)`. */
const OF_AN_HTTP_CLIENT = new Set(['request', 'stream', 'get', 'delete', 'postJson', 'putJson']);
/** Options of a call that name a sparkle of the Tonic that makes it. */
const CALL_OPTIONS = new Set(['onError', 'onFrame']);
/** What an exchange of HTTP binds to the Tonic that hears it: `exchange.readJson(this.ttse__onOrder, { onError: this.ttse__onBad })`. */
const OF_AN_EXCHANGE = new Set(['readBody', 'readText', 'readJson', 'readFrames', 'whenGone', 'events']);
const EXCHANGE_OPTIONS = new Set(['onEnd', 'onError', 'onGone']);
/** Options of a ChunkedWork that name a sparkle of the Tonic that makes it. */
const WORK_OPTIONS = new Set(['onProgress', 'onDone', 'onCancelled']);

/** `sparkleBack` of a timer, `onError` of a promise, what hears of long work: an option that names a sparkle of this Tonic. */
function isBindingOption({ key, computed, parent }: Use, context: RuleContext): boolean {
  const name = propertyName(key, computed) ?? '';
  const { type, callee } = (parent?.parent ?? {}) as Partial<Use>;
  if (isRoute(parent ?? undefined)) return true;
  if (EXCHANGE_OPTIONS.has(name) && isOfExchange(callee)) return true;
  if (CALL_OPTIONS.has(name)) return type === 'CallExpression' && isBoundBy('this', callee, context);
  if (WORK_OPTIONS.has(name)) return type === 'NewExpression';
  return name === 'sparkleBack';
}

function isOfExchange(callee: Node | undefined): boolean {
  return objectOf(callee, (name) => OF_AN_EXCHANGE.has(name ?? '')) !== undefined;
}

/** `new HttpServer({ routes: { 'GET /': this.ttse__onRoot } })` */
function isRoute(table: Node | undefined): boolean {
  const { type, key, computed, parent } = (table?.parent ?? {}) as Partial<Use>;
  return type === 'Property' && propertyName(key, computed) === 'routes' && parent?.parent?.type === 'NewExpression';
}

/** The same Tonic on both sides: of `pipe`, or of the `then` of what it has asked. */
function isBoundBy(tonic: string, callee: Node | undefined, context: RuleContext): boolean {
  return (
    isMethodOf(tonic, callee, BINDING_METHOD, context) ||
    isThenOfAsk(tonic, callee, context) ||
    (tonic === 'this' && (isOfExchange(callee) || objectOf(callee, isBinding) !== undefined)) ||
    // As it was asked once: no-old-lines tells how it is written now.
    isMethodOf(tonic, callee, 'ask', context)
  );
}

function isBinding(method: string | undefined): boolean {
  return method !== undefined && (OF_A_STORE.has(method) || OF_AN_HTTP_CLIENT.has(method));
}

function isMethodOf(
  tonic: string,
  callee: Node | undefined,
  method: string | ReadonlySet<string>,
  context: RuleContext,
): boolean {
  const object = objectOf(callee, (name) => (typeof method === 'string' ? name === method : method.has(name ?? '')));
  return object !== undefined && sourceOf(context).getText(object) === tonic;
}

/** `this.ask(bank).ttsc__balance('mine').then`; a call to a sparkle of anything else returns nothing, so it was asked too. */
function isThenOfAsk(tonic: string, callee: Node | undefined, context: RuleContext): boolean {
  const asked = objectOf(callee, (name) => name === 'then') as Use | undefined;
  const asks = objectOf(asked?.callee, () => true) as Use | undefined;
  if (isMethodOf(tonic, asks?.callee, 'ask', context)) return true;
  return tonic === 'this' && asks?.callee === undefined && objectOf(asked?.callee, isSparkleName) !== undefined;
}

/** What the method of such a name is called on. */
function objectOf(callee: Node | undefined, isIt: (name: string | undefined) => boolean): Node | undefined {
  if (callee?.type !== 'MemberExpression') return undefined;
  const { object, property, computed } = callee as MemberExpression;
  return isIt(propertyName(property, computed)) ? object : undefined;
}

function isSparkleName(name: string | undefined): boolean {
  return name !== undefined && typeof readName(name) === 'object';
}
