import { type ClassNode, type Identifier, type Node, type RuleContext, type Scope, sourceOf } from './syntax.js';

/** Where a name that is used in a file is declared in it; `undefined` where it is not, or is no name. */
export function declarationOf(node: Node | null | undefined, context: RuleContext): Node | undefined {
  return definitionOf(node, context)?.node;
}

/** The same, and where the name stands in it. */
export function definitionOf(
  node: Node | null | undefined,
  context: RuleContext,
): { readonly node: Node; readonly name: Node } | undefined {
  if (node?.type !== 'Identifier') return undefined;
  const { name } = node as Identifier;
  for (let scope: Scope | null = sourceOf(context).getScope(node); scope !== null; scope = scope.upper) {
    const found = scope.set.get(name);
    if (found !== undefined) return found.defs[0];
  }
  return undefined;
}

/** The class of this file that a name stands for. */
export function declaredClass(node: Node | null | undefined, context: RuleContext): ClassNode | undefined {
  const declared = declarationOf(node, context);
  if (declared?.type === 'ClassDeclaration') return declared as ClassNode;
  const { init } = (declared?.type === 'VariableDeclarator' ? declared : {}) as { init?: Node | null };
  return init?.type === 'ClassExpression' ? (init as ClassNode) : undefined;
}
