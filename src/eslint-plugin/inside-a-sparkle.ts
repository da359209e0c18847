import { isTonicClass, makesTonic, rootOf } from './tonic-classes.js';
import { givesBase } from './no-infusion-in-constructor.js';
import {
  type CallExpression,
  type ClassNode,
  type FunctionNode,
  type Identifier,
  type Node,
  type RuleContext,
  type RuleModule,
  FUNCTIONS,
  classAround,
  memberOf,
  methodCallOf,
  nodesBelow,
  sourceOf,
} from './syntax.js';

/** Reports what only a sparkle may do, where it stands in a function that Node or a promise calls when the sparkle is over. */
export const insideASparkle: RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'States are changed and Tonics are made inside sparkles' },
    schema: [],
    messages: {
      made: '{{what}} is made after the sparkle has ended, so its base is not known. Pass { base: this }, or make it in a sparkle that is called here.',
      done: '{{what}} needs a running sparkle, which has ended here. Call a sparkle that does it, or use this.pipe() for a result.',
      sent: 'this.send() needs a running sparkle, which has ended here: use this.ttsc__send().',
    },
  },
  create(context) {
    return {
      NewExpression: (node) => checkMade(node as CallExpression, context),
      CallExpression: (node) => checkDone(node, context),
    };
  },
};

function checkMade(node: CallExpression, context: RuleContext): void {
  if (givesBase(node) || !makesTonic(node.callee, context) || !isLate(node, context)) return;
  context.report({ node, messageId: 'made', data: { what: sourceOf(context).getText(node.callee) } });
}

/** What refuses to be called outside of a sparkle. */
const NEEDS_SPARKLE = new Set(['toState', 'postpone', 'supervise']);

function checkDone(node: Node, context: RuleContext): void {
  const called = methodCallOf(node);
  if (called === undefined) return;
  const isRaised = memberOf(called.object)?.name === 'raise' && isThis(memberOf(called.object)?.object);
  const isNeedy = isThis(called.object) && NEEDS_SPARKLE.has(called.name);
  if (isThis(called.object) && called.name === 'send') return checkSent(node, context);
  if ((!isRaised && !isNeedy) || !isLate(node, context)) return;
  const what = sourceOf(context).getText((node as CallExpression).callee);
  context.report({ node, messageId: 'done', data: { what: `${what}()` } });
}

/** A socket's own `send`: it returns what became of it, so it is at once. */
function checkSent(node: Node, context: RuleContext): void {
  const owner = isLate(node, context) && classAround(node);
  if (owner && SOCKETS.has(rootOf(owner, context) ?? '')) context.report({ node, messageId: 'sent', data: {} });
}

const SOCKETS = new Set(['TcpConnection', 'TcpClient', 'UdpSocket', 'UdpSession']);

function isThis(node: Node | undefined): boolean {
  return node?.type === 'ThisExpression';
}

/** Whether a method of a Tonic has this in a function that runs later, or behind an `await`. */
function isLate(node: Node, context: RuleContext): boolean {
  let late = false;
  for (let at = node, up = at.parent; up; at = up, up = at.parent) {
    if (FUNCTIONS.has(at.type)) late ||= runsLater(at) || isBehindAwait(at as FunctionNode, node, context);
    // Another kind of function has a `this` of its own.
    if (FUNCTIONS.has(at.type) && at.type !== 'ArrowFunctionExpression')
      return late && up.type === 'MethodDefinition' && isTonicClass(up.parent!.parent as ClassNode, context);
  }
  return false;
}

/** Functions that call what they are given in a later turn. */
const LATER = new Set(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'nextTick']);
const HANDLERS = new Set(['then', 'catch', 'finally', 'on', 'once', 'addListener', 'addEventListener']);

/** `setTimeout(() => ...)`, `promise.then(() => ...)`, `stream.on('data', () => ...)` */
function runsLater(node: Node): boolean {
  const { type, callee, arguments: given } = (node.parent ?? {}) as CallExpression;
  if (type !== 'CallExpression' || !given.includes(node)) return false;
  const name = callee.type === 'Identifier' ? (callee as Identifier).name : memberOf(callee)?.name;
  return LATER.has(name ?? '') || (callee.type === 'MemberExpression' && HANDLERS.has(name ?? ''));
}

function isBehindAwait({ async: isAsync, body }: FunctionNode, node: Node, context: RuleContext): boolean {
  if (isAsync !== true || !body) return false;
  const [start] = sourceOf(context).getRange(node);
  const own = nodesBelow(body, ({ type }) => !FUNCTIONS.has(type));
  return [...own].some(
    (each) =>
      each.type === 'AwaitExpression' && sourceOf(context).getRange(each)[1] <= start && !isLeft(each, start, context),
  );
}

/** Whether a block that ends before a place has been left by then: `if (late) { await x; return; }`. */
function isLeft(node: Node, place: number, context: RuleContext): boolean {
  let up = node.parent;
  while (up && up.type !== 'BlockStatement') up = up.parent;
  if (!up || sourceOf(context).getRange(up)[1] > place) return false;
  const last = (up as Node & { body: readonly Node[] }).body.at(-1)?.type;
  return last === 'ReturnStatement' || last === 'ThrowStatement';
}
