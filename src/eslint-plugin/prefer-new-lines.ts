import { classFacts, staticValue } from './class-facts.js';
import { readName } from './read-name.js';
import { nameInPackage, TONICS } from './tonic-classes.js';
import {
  type ClassMember,
  type ClassNode,
  type Fix,
  type Fixer,
  type Node,
  type RuleContext,
  type RuleModule,
  memberOf,
  methodCallOf,
  propertyName,
  propertyNamed,
  sourceOf,
} from './syntax.js';

/** What still works, and is said in fewer lines now. */
export const preferNewLines: RuleModule = {
  meta: {
    type: 'suggestion',
    docs: { description: 'What the second edition of the language says in fewer lines' },
    fixable: 'code',
    schema: [],
    messages: {
      states: 'The states are listed twice. List them once: {{to}}.',
      differ: 'The states are listed twice, and the two lists differ. List them once: {{to}}.',
      catalyst: 'A Tonic knows its Catalyst: this.catalyst.',
      paused: 'A TimerPausing may start paused: { paused: true }.',
      group:
        '{{key}} does what {{other}} does. Write it once, for a group of these states: groups: { name: [{{states}}] }.',
    },
  },
  create(context) {
    const check = (node: Node): void => checkClass(node as ClassNode, context);
    return {
      ClassDeclaration: check,
      ClassExpression: check,
      MemberExpression: (node) => checkCatalyst(node, context),
      ExpressionStatement: (node) => checkPaused(node, context),
    };
  },
};

function checkClass(node: ClassNode, context: RuleContext): void {
  if (node.superClass === null) return;
  checkStates(node, node.superClass, context);
  checkGroups(node, context);
}

/** `class Door extends Tonic<'open'> { static override readonly states = ['open'] }` */
function checkStates(node: ClassNode, superClass: Node, context: RuleContext): void {
  const said = staticValue(node, 'states');
  const typed = node.superTypeArguments;
  if (said === undefined || typed?.params.length !== 1) return;
  const { states } = classFacts(node, context);
  const types = classFacts(withoutStatics(node), context).states;
  if (!TONICS.has(nameInPackage(superClass, context) ?? '') || !Array.isArray(states) || !Array.isArray(types)) return;
  const list = sourceOf(context).getText(listOf(said));
  const to = `${sourceOf(context).getText(superClass)}.with({ states: ${list} })`;
  const member = node.body.body.find(({ value }) => value === said)!;
  const [start] = sourceOf(context).getRange(superClass);
  const [, end] = sourceOf(context).getRange(typed as unknown as Node);
  const same = sameNames(states, types);
  context.report({
    node: member,
    messageId: same ? 'states' : 'differ',
    data: { to: `extends ${to}` },
    fix: same ? (fixer) => [fixer.replaceTextRange([start, end], to), removal(member, fixer, context)] : null,
  });
}

/** The same class as if it had no statics: its states are then those of its type argument. */
function withoutStatics(node: ClassNode): ClassNode {
  return { ...node, body: { body: [] } };
}

function sameNames(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name) => other.includes(name));
}

/** `with` needs no `as const`. */
function listOf(said: Node): Node {
  return said.type === 'TSAsExpression' ? listOf((said as Node & { expression: Node }).expression) : said;
}

/** Takes a member away, with its line where it stands alone on that. */
function removal(member: Node, fixer: Fixer, context: RuleContext): Fix {
  const { text } = sourceOf(context);
  const [start, end] = sourceOf(context).getRange(member);
  const before = /\n?[ \t]*$/.exec(text.slice(0, start))![0];
  return fixer.replaceTextRange([start - before.length, end], '');
}

/** Two sparkles of different states with one body. */
function checkGroups(node: ClassNode, context: RuleContext): void {
  const { groups } = classFacts(node, context);
  const isGroup = (name: string): boolean => Array.isArray(groups) && groups.includes(name);
  const seen = new Map<string, { readonly key: string; readonly state: string }>();
  for (const { key: keyNode, computed, value } of node.body.body) {
    const key = propertyName(keyNode, computed);
    const name = key === undefined ? undefined : readName(key);
    if (key === undefined || typeof name !== 'object' || name.state === undefined || !hasStatements(value)) continue;
    if (isGroup(name.state)) continue;
    const text = `${name.generic}${sourceOf(context).getText(value!)}`;
    const first = seen.get(text);
    if (first === undefined) seen.set(text, { key, state: name.state });
    else
      context.report({
        node: keyNode!,
        messageId: 'group',
        data: { key, other: first.key, states: `'${first.state}', '${name.state}'` },
      });
  }
}

function hasStatements(value: ClassMember['value']): boolean {
  const { body } = (value?.body ?? {}) as { body?: readonly Node[] };
  return body !== undefined && body.length > 0;
}

/** What only a SelectorCatalyst has. */
export const SELECTOR_ONLY: ReadonlySet<string> = new Set(['selector', 'network']);

/** `SelectorCatalyst.of(this).metrics` */
function checkCatalyst(node: Node, context: RuleContext): void {
  const member = memberOf(node);
  const called = methodCallOf(member?.object);
  if (member === undefined || called?.name !== 'of' || called.given[0]?.type !== 'ThisExpression') return;
  if (nameInPackage(called.object, context) !== 'SelectorCatalyst' || SELECTOR_ONLY.has(member.name)) return;
  context.report({
    node: member.object,
    messageId: 'catalyst',
    data: {},
    fix: (fixer) => fixer.replaceText(member.object, 'this.catalyst'),
  });
}

/** `const timer = new TimerPausing({ seconds: 5 });` and `timer.pause();` in the next line. */
function checkPaused(node: Node, context: RuleContext): void {
  const called = methodCallOf((node as Node & { expression: Node }).expression);
  if (called?.name !== 'pause' || called.given.length > 0 || called.optional) return;
  const made = madeJustBefore(node, called.object, context);
  const options = (made as (Node & { arguments: readonly Node[] }) | undefined)?.arguments[0];
  if (options?.type !== 'ObjectExpression' || propertyNamed(options, 'paused') !== undefined) return;
  const { properties } = options as Node & { properties: readonly Node[] };
  const last = properties.at(-1);
  if (last === undefined) return;
  context.report({
    node,
    messageId: 'paused',
    data: {},
    fix: (fixer) => [
      fixer.replaceText(last, `${sourceOf(context).getText(last)}, paused: true`),
      removal(node, fixer, context),
    ],
  });
}

/** The `new TimerPausing(...)` that the statement before this one gives a name. */
function madeJustBefore(node: Node, name: Node, context: RuleContext): Node | undefined {
  const { body } = (node.parent ?? {}) as { body?: readonly Node[] };
  const before = Array.isArray(body) ? (body as readonly Node[])[body.indexOf(node) - 1] : undefined;
  const { declarations, expression } = (before ?? {}) as { declarations?: readonly Node[]; expression?: Node };
  const [target, made] = namesAndValue(declarations?.length === 1 ? declarations[0]! : expression);
  const text = (each: Node): string => sourceOf(context).getText(each);
  if (target === undefined || made?.type !== 'NewExpression' || !text(target).startsWith(text(name))) return undefined;
  // `const timer: TimerPausing = ...` has its type behind its name.
  if (!/^(: ?\w+)?$/.test(text(target).slice(text(name).length))) return undefined;
  return nameInPackage((made as Node & { callee: Node }).callee, context) === 'TimerPausing' ? made : undefined;
}

function namesAndValue(node: Node | undefined): [Node | undefined, Node | undefined] {
  const { type, id, init, left, right } = (node ?? {}) as Record<string, Node | undefined> & { type?: string };
  if (type === 'VariableDeclarator') return [id, init];
  return type === 'AssignmentExpression' ? [left, right] : [undefined, undefined];
}
