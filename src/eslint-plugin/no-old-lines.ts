import { definitionOf } from './declarations.js';
import { readName } from './read-name.js';
import {
  type Fix,
  type Fixer,
  type Node,
  type ObjectExpression,
  type Property,
  type RuleContext,
  type RuleModule,
  memberOf,
  methodCallOf,
  propertyName,
  propertyNamed,
  sourceOf,
  stringValue,
} from './syntax.js';

/** Writes lines that no longer work as they are written now: the table in CHANGELOG.md. */
export const noOldLines: RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'Lines of the first edition of the language, as they are written now' },
    fixable: 'code',
    schema: [],
    messages: {
      sparkle: 'sparkle(key) is called bind(key): {{to}}. (sparkle() is the loop of a Catalyst.)',
      ask: 'ask(to, key, args, ...) is written as a call: {{to}}.',
    },
  },
  create(context) {
    return {
      CallExpression(node) {
        checkSparkle(node, context);
        checkAsk(node, context);
      },
    };
  },
};

/** `this.sparkle('ttse__done')` */
function checkSparkle(node: Node, context: RuleContext): void {
  const called = methodCallOf(node);
  const [key] = called?.given ?? [];
  if (called?.name !== 'sparkle' || called.given.length !== 1 || !isKey(key!, context)) return;
  if (isOfAnother(called.object, context)) return;
  const member = (node as Node & { callee: Node & { property: Node; computed: boolean } }).callee;
  const { property, computed } = member;
  context.report({
    node,
    messageId: 'sparkle',
    data: { to: `bind(${textOf(key!, context)})` },
    fix: (fixer) => fixer.replaceText(property, computed ? `'bind'` : 'bind'),
  });
}

/** Something that has a `sparkle` of its own, where the parser knows types. */
function isOfAnother(receiver: Node, context: RuleContext): boolean {
  const type = sourceOf(context).parserServices?.getTypeAtLocation?.(receiver);
  return type?.getProperty('sparkle') !== undefined && type.getProperty('bind') === undefined;
}

/** The name of a sparkle: as it is, or of the type of such names. */
function isKey(node: Node, context: RuleContext): boolean {
  if (isSparkleText(stringValue(node))) return true;
  if (node.type === 'TemplateLiteral') {
    const [first] = (node as Node & { quasis: readonly (Node & { value: { cooked: string } })[] }).quasis;
    return /^_?tt[cse]+_/.test(first!.value.cooked);
  }
  if (node.type === 'TSAsExpression') return isTypeOfKeys((node as Node & { typeAnnotation: Node }).typeAnnotation);
  const { typeAnnotation } = (definitionOf(node, context)?.name ?? {}) as { typeAnnotation?: { typeAnnotation: Node } };
  return isTypeOfKeys(typeAnnotation?.typeAnnotation);
}

/** `keyof Door`, `SparkleKey<Door>`, `'ttsc__open' | 'ttsc__close'` */
function isTypeOfKeys(node: Node | undefined): boolean {
  switch (node?.type) {
    case 'TSTypeOperator':
      return (node as Node & { operator: string }).operator === 'keyof';
    case 'TSTypeReference':
      return propertyName((node as Node & { typeName: Node }).typeName, false) === 'SparkleKey';
    case 'TSUnionType':
    case 'TSIntersectionType':
      return (node as Node & { types: readonly Node[] }).types.some(isTypeOfKeys);
    case 'TSLiteralType':
      return isSparkleText(stringValue((node as Node & { literal: Node }).literal));
    default:
      return false;
  }
}

/** `this.ask(bank, 'ttsc__balance', ['mine'], this.ttse__onBalance, { timeout: 1_000 })` */
function checkAsk(node: Node, context: RuleContext): void {
  const called = methodCallOf(node);
  if (called?.name !== 'ask' || called.given.length < 2) return;
  const [to, key, args, onAnswer, options] = called.given;
  // An ask of some other library has no sparkles in it.
  if (!isSparkleText(stringValue(key!)) && !isSparkleText(memberOf(onAnswer)?.name)) return;
  const text = (part: Node): string => textOf(part, context);
  const parts = [to, key, args, onAnswer, options].every((part) => part?.type !== 'SpreadElement');
  const split = options === undefined ? NO_OPTIONS : splitOptions(options, context);
  const given = args === undefined ? 'arguments' : argumentsOf(args, context);
  const known = stringValue(key!);
  const asked = `ask(${text(to!)}${split?.rest ?? ''})${known === undefined ? `[${text(key!)}]` : `.${known}`}`;
  const heard = `${onAnswer === undefined ? 'this.ttse__onAnswer' : text(onAnswer)}${split?.onError ?? ''}`;
  const written = `${asked}(${given ?? ''}).then(${heard})`;
  const whole = parts && split !== undefined && given !== undefined && onAnswer !== undefined && !called.optional;
  const commented = sourceOf(context).getCommentsInside(node).length > 0;
  const receiver = called.object;
  context.report({
    node,
    messageId: 'ask',
    data: { to: written },
    fix: whole && !commented ? rewritten(node, `${text(receiver)}.${written}`) : null,
  });
}

function rewritten(node: Node, text: string): (fixer: Fixer) => Fix {
  return (fixer) => fixer.replaceText(node, text);
}

/** What of the old options goes where; each as it is written behind what stands before it. */
interface SplitOptions {
  readonly rest: string;
  readonly onError: string;
}

const NO_OPTIONS: SplitOptions = { rest: '', onError: '' };

/** `{ onError, timeout: 1_000 }`: who hears an error goes into `then`, the rest beside who is asked. */
function splitOptions(options: Node, context: RuleContext): SplitOptions | undefined {
  if (options.type !== 'ObjectExpression') return undefined;
  const { properties } = options as ObjectExpression;
  if (properties.some(({ key, computed }) => propertyName(key, computed) === undefined)) return undefined;
  const onError = propertyNamed(options, 'onError');
  if (onError !== undefined && (onError as Property & { method?: boolean }).method === true) return undefined;
  const rest = properties.filter((each) => each !== onError).map((each) => textOf(each, context));
  return {
    rest: rest.length === 0 ? '' : `, { ${rest.join(', ')} }`,
    onError: onError === undefined ? '' : `, ${textOf(onError.value!, context)}`,
  };
}

/** `['mine', 3]` becomes `'mine', 3`; a list that is made elsewhere is spread. */
function argumentsOf(args: Node, context: RuleContext): string | undefined {
  if (args.type !== 'ArrayExpression') return args.type === 'SpreadElement' ? undefined : `...${textOf(args, context)}`;
  const { elements } = args as Node & { elements: readonly (Node | null)[] };
  return elements.includes(null) ? undefined : elements.map((each) => textOf(each!, context)).join(', ');
}

function isSparkleText(text: string | undefined): boolean {
  return text !== undefined && typeof readName(text) === 'object';
}

function textOf(node: Node, context: RuleContext): string {
  return sourceOf(context).getText(node);
}
