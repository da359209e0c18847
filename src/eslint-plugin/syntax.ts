/**
 * The little of ESLint and of its syntax tree that the rules look at. Written down here, so that the package neither
 * loads ESLint nor needs its types.
 */
export interface Node {
  readonly type: string;
  readonly parent?: Node;
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

export interface ClassNode extends Node {
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
  readonly value?: (Node & { readonly async?: boolean; readonly generator?: boolean }) | null;
}

export interface Scope {
  readonly set: ReadonlyMap<string, { readonly defs: readonly { readonly node: Node }[] }>;
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
}

export interface SourceCode {
  getText(node: Node): string;
  getScope(node: Node): Scope;
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
    readonly type: 'problem';
    readonly docs: { readonly description: string };
    readonly hasSuggestions: true;
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
