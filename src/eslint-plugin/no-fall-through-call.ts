import { readName } from './read-name.js';
import { lineOf } from './tonic-classes.js';
import {
  type ClassMember,
  type ClassNode,
  type FunctionNode,
  type Node,
  type RuleContext,
  type RuleModule,
  memberOf,
  methodCallOf,
  nodesBelow,
  propertyName,
  sourceOf,
} from './syntax.js';

/**
 * Reports `this.ttsc__line()` in `ttsc_ready__line()`, where a generic `ttsc__line` has a body: the call queues the sparkle again, and in the
 * same state it is the same method that runs, for ever.
 */
export const noFallThroughCall: RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'The body of the generic sparkle is run by this.generic, not by a call' },
    hasSuggestions: true,
    schema: [],
    messages: {
      again:
        '{{call}}() queues {{key}} again, as long as the state stays: it never reaches the generic body. Run that with this.generic.{{generic}}().',
      generic: 'Make it {{to}}.',
    },
  },
  create(context) {
    const check = (node: Node): void => checkClass(node as ClassNode, context);
    return { ClassDeclaration: check, ClassExpression: check };
  },
};

function checkClass(node: ClassNode, context: RuleContext): void {
  if (node.superClass === null) return;
  const line = [...lineOf(node, context)];
  for (const { key: keyNode, computed, value } of node.body.body) {
    const key = propertyName(keyNode, computed);
    const name = key === undefined ? undefined : readName(key);
    if (key === undefined || typeof name !== 'object' || name.state === undefined || !value?.body) continue;
    // A call to go on with in another state is as it should be.
    const { generic } = name;
    if (changesState(value) || !line.some((each) => hasBody(each, generic))) continue;
    for (const call of nodesBelow(value.body)) checkCall(call, { key, generic }, context);
  }
}

function checkCall(node: Node, { key, generic }: { key: string; generic: string }, context: RuleContext): void {
  const called = methodCallOf(node);
  if (called?.name !== generic || !isOwn(called.object)) return;
  const { callee } = node as Node & { callee: Node };
  const to = `this.generic.${generic}`;
  context.report({
    node,
    messageId: 'again',
    data: { call: sourceOf(context).getText(callee), key, generic },
    suggest: [{ messageId: 'generic', data: { to: `${to}()` }, fix: (fixer) => fixer.replaceText(callee, to) }],
  });
}

/** `this`, or `this.raise`. */
function isOwn(node: Node): boolean {
  if (node.type === 'ThisExpression') return true;
  const member = memberOf(node);
  return member?.name === 'raise' && member.object.type === 'ThisExpression';
}

function changesState({ body }: FunctionNode): boolean {
  return [...nodesBelow(body!)].some((each) => {
    const called = methodCallOf(each);
    return called !== undefined && /^(ttsc__)?toState$|^postpone$/.test(called.name);
  });
}

/** Whether a class says what the generic sparkle does: an empty one only lets it be called. */
function hasBody({ body }: ClassNode, generic: string): boolean {
  return body.body.some(({ key, computed, value }: ClassMember) => {
    const { body: statements } = (value?.body ?? {}) as { body?: readonly Node[] };
    return propertyName(key, computed) === generic && statements !== undefined && statements.length > 0;
  });
}
