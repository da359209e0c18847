import { readName } from './read-name.js';
import {
  type MemberExpression,
  type Node,
  type RuleContext,
  type RuleModule,
  methodCallOf,
  propertyName,
} from './syntax.js';

/** Reports what is asked, piped or timed and that no sparkle would hear. */
export const heardBySparkles: RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'Answers, results of promises and timers are heard by sparkles' },
    schema: [],
    messages: {
      without:
        '{{key}} is asked without a sparkle for the answer: add .then(this.ttse__onAnswer), or call the sparkle without ask.',
      awaited:
        'A call of a sparkle returns nothing, so it cannot be awaited. Ask, in a sparkle: this.ask(tonic).{{key}}(...).then(this.ttse__onAnswer).',
      function: 'A function is not a sparkle of this Tonic. Pass one of its sparkles, such as this.ttse__onAnswer.',
    },
  },
  create(context) {
    return {
      ExpressionStatement: (node) => checkStatement((node as Holding).expression!, context),
      AwaitExpression: (node) => checkAwaited((node as Holding).argument!, context),
      CallExpression: (node) => checkHearers(node, context),
      Property: (node) => checkOption(node as Node & { key: Node; computed: boolean; value: Node }, context),
    };
  },
};

type Holding = Node & { readonly expression?: Node; readonly argument?: Node };

/** `this.ask(bank).ttsc__balance('mine');` */
function checkStatement(node: Node, context: RuleContext): void {
  const key = askedBy(node);
  if (key !== undefined) context.report({ node, messageId: 'without', data: { key } });
}

/** `await door.ttsc__open()`, also of what is asked. */
function checkAwaited(node: Node, context: RuleContext): void {
  const called = methodCallOf(node);
  const key = called?.name === 'then' ? askedBy(called.object) : sparkleOf(called?.name);
  if (key !== undefined) context.report({ node, messageId: 'awaited', data: { key } });
}

/** `this.ask(bank).ttsc__balance('mine').then((sum) => ...)`, `this.pipe(promise, (value) => ...)` */
function checkHearers(node: Node, context: RuleContext): void {
  const called = methodCallOf(node);
  if (called === undefined) return;
  const isThen = called.name === 'then' && askedBy(called.object) !== undefined;
  const isPipe = called.name === 'pipe' && called.object.type === 'ThisExpression';
  if (isThen || isPipe) called.given.forEach((each) => checkFunction(each, context));
}

/** `new TimerRepeat({ seconds: 1, sparkleBack: () => ... })` */
function checkOption(
  { key, computed, value, parent }: Node & { key: Node; computed: boolean; value: Node },
  context: RuleContext,
): void {
  if (propertyName(key, computed) === 'sparkleBack' && parent?.parent?.type === 'NewExpression')
    checkFunction(value, context);
}

function checkFunction(node: Node, context: RuleContext): void {
  if (node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression')
    context.report({ node, messageId: 'function', data: {} });
}

/** The sparkle that is asked: `this.ask(bank).ttsc__balance('mine')`. */
function askedBy(node: Node): string | undefined {
  const called = methodCallOf(node);
  const key = sparkleOf(called?.name) ?? computedKey(node);
  const asks = (node as { callee?: MemberExpression }).callee?.object;
  return key !== undefined && methodCallOf(asks)?.name === 'ask' ? key : undefined;
}

/** `this.ask(bank)[key]('mine')`: whatever is called there is a sparkle. */
function computedKey(node: Node): string | undefined {
  const { callee } = node as { callee?: MemberExpression };
  return node.type === 'CallExpression' && callee?.computed === true ? 'a sparkle' : undefined;
}

function sparkleOf(name: string | undefined): string | undefined {
  return name !== undefined && typeof readName(name) === 'object' ? name : undefined;
}
