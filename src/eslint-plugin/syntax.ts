/**
 * The little of ESLint and of its syntax tree that the rules look at. Written down here, so that the package neither
 * loads ESLint nor needs its types.
 */
export interface Node {
  readonly type: string;
  readonly parent?: Node | null;
}

export interface Identifier extends Node {
  readonly name: string;
}

export interface Literal extends Node {
  readonly value: unknown;
}

export interface MemberExpression extends Node {
  readonly object: Node;
  readonly property: Node;
  readonly optional?: boolean;
  readonly computed: boolean;
}

export interface CallExpression extends Node {
  readonly callee: Node;
  readonly arguments: readonly Node[];
  readonly optional?: boolean;
}

export interface ObjectExpression extends Node {
  readonly properties: readonly Property[];
}

/** `key: value`; of a spread only the type is there. */
export interface Property extends Node {
  readonly key?: Node;
  readonly computed?: boolean;
  readonly value?: Node;
}

export interface ClassNode extends Node {
  readonly id?: Identifier | null;
  readonly superClass: Node | null;
  readonly superTypeArguments?: { readonly params: readonly Node[] };
  readonly typeParameters?: Node;
  readonly body: { readonly body: readonly ClassMember[] };
}

/** A method, a field, an accessor; of a static block and an index signature only the type is there. */
export interface ClassMember extends Node {
  readonly key?: Node;
  readonly computed?: boolean;
  readonly static?: boolean;
  readonly declare?: boolean;
  readonly kind?: string;
  readonly value?: FunctionNode | null;
}

/** The function of a method; of another value only the type is there. */
export interface FunctionNode extends Node {
  readonly async?: boolean;
  readonly generator?: boolean;
  readonly params?: readonly Node[];
  readonly body?: Node | null;
  readonly returnType?: { readonly typeAnnotation: Node };
}

export interface Scope {
  readonly set: ReadonlyMap<string, { readonly defs: readonly { readonly node: Node; readonly name: Node }[] }>;
  readonly upper: Scope | null;
}

/** A change of the text. */
export interface Fix {
  readonly range: [number, number];
  readonly text: string;
}

/** Makes a change of the text. */
export interface Fixer {
  replaceText(node: Node, text: string): Fix;
  replaceTextRange(range: [number, number], text: string): Fix;
}

/** A change that an editor offers. */
export interface Suggestion {
  readonly messageId: string;
  readonly data: Record<string, string>;
  fix(fixer: Fixer): Fix;
}

/** A slip that was found. */
export interface Report {
  readonly node: Node;
  readonly messageId: string;
  readonly data: Record<string, string>;
  readonly suggest?: Suggestion[];
  /** What `eslint --fix` does by itself. */
  readonly fix?: ((fixer: Fixer) => Fix | Fix[]) | null;
}

export interface SourceCode {
  readonly text: string;
  getText(node: Node): string;
  getScope(node: Node): Scope;
  getCommentsInside(node: Node): readonly unknown[];
  getRange(node: Node): [number, number];
  /** What the parser knows besides; types only where the configuration asks for them. */
  readonly parserServices?: { getTypeAtLocation?(node: Node): { getProperty(name: string): unknown } };
}

/** What a rule is given. */
export interface RuleContext {
  /** A `SourceCode`, read with `sourceOf`: ESLint's types leave open which language it is of. */
  readonly sourceCode: object;
  report(report: Report): void;
}

/** A rule. */
export interface RuleModule {
  readonly meta: {
    readonly type: 'problem' | 'suggestion';
    readonly docs: { readonly description: string };
    readonly hasSuggestions?: true;
    readonly fixable?: 'code';
    readonly schema: [];
    readonly messages: Record<string, string>;
  };
  create(context: RuleContext): Record<string, (node: Node) => void>;
}

export function sourceOf(context: RuleContext): SourceCode {
  return context.sourceCode as SourceCode;
}

/** The name of a property as it is written: `x.name`, `{ name }`, `x['name']`; `undefined` where it is worked out at run time. */
export function propertyName(key: Node | undefined, computed: boolean | undefined): string | undefined {
  if (key === undefined) return undefined;
  if (!computed && key.type === 'Identifier') return (key as Identifier).name;
  return stringValue(key);
}

/** The value of a string literal. */
export function stringValue(node: Node): string | undefined {
  const { value } = node as Literal;
  return node.type === 'Literal' && typeof value === 'string' ? value : undefined;
}

/** The object and the name of `object.name`; a link of a chain (`object?.name`) too. */
export function memberOf(node: Node | null | undefined): { readonly object: Node; readonly name: string } | undefined {
  if (node?.type !== 'MemberExpression') return undefined;
  const { object, property, computed } = node as MemberExpression;
  const name = propertyName(property, computed);
  return name === undefined ? undefined : { object, name };
}

/** What `object.name(...)` calls; nothing where a call is of another kind. */
export function methodCallOf(
  node: Node | null | undefined,
):
  | { readonly object: Node; readonly name: string; readonly given: readonly Node[]; readonly optional: boolean }
  | undefined {
  if (node?.type !== 'CallExpression') return undefined;
  const { callee, arguments: given, optional = false } = node as CallExpression;
  const member = memberOf(callee);
  return member && { ...member, given, optional: optional || (callee as MemberExpression).optional === true };
}

/** The named properties of an object that is written there. */
export function propertyNamed(object: Node | undefined, name: string): Property | undefined {
  if (object?.type !== 'ObjectExpression') return undefined;
  return (object as ObjectExpression).properties.find(({ key, computed }) => propertyName(key, computed) === name);
}

/** All nodes below one, with itself; not those below a node that is not to be entered. */
export function* nodesBelow(node: Node, enters: (node: Node) => boolean = () => true): Generator<Node> {
  yield node;
  if (!enters(node)) return;
  for (const [key, value] of Object.entries(node)) {
    if (key === 'parent') continue;
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value])
      if (isNode(child)) yield* nodesBelow(child, enters);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

export const FUNCTIONS: ReadonlySet<string> = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
]);

/** The class that something stands in. */
export function classAround(node: Node): ClassNode | undefined {
  for (let up = node.parent; up; up = up.parent) {
    if (up.type === 'ClassDeclaration' || up.type === 'ClassExpression') return up as ClassNode;
  }
  return undefined;
}
