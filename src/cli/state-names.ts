import type typescript from 'typescript';
import { type ClassChain, parentArguments, staticOf } from './class-chain.js';
import type { Source } from './source-files.js';

/** The states that a class lists: in `static states`, or as the type that it gives to `Tonic<...>`; in the order of the source. */
export function statesOf(source: Source, chain: ClassChain): string[] {
  const listed = staticStates(source, chain);
  const typed = chain.classes.flatMap((node) => parentArguments(source, node)).flatMap((type) => written(source, type));
  return [...new Set([...listed, ...typed, ...checkedStates(source, chain)])];
}

function staticStates(source: Source, { classes }: ClassChain): string[] {
  for (const node of classes) {
    const written = staticOf(source, node, 'states');
    if (written !== undefined) return elementsOf(source.ts, source.checker, written);
  }
  return [];
}

/** The groups of states that a class names, in the order of the source. */
export function groupsOf(source: Source, { classes }: ClassChain): ReadonlyMap<string, readonly string[]> {
  const { ts, checker } = source;
  const groups = new Map<string, readonly string[]>();
  const written = classes.map((node) => staticOf(source, node, 'groups')).find((found) => found !== undefined);
  if (written === undefined) return groups;
  // As the checker sees it what is spread into it is in it.
  for (const { name, valueDeclaration: entry } of checker.getTypeAtLocation(written).getProperties()) {
    if (entry !== undefined && ts.isPropertyAssignment(entry))
      groups.set(name, elementsOf(ts, checker, entry.initializer));
  }
  return groups;
}

/** The texts of a list that is written there, with those that it spreads. */
function elementsOf(ts: Source['ts'], checker: typescript.TypeChecker, node: typescript.Expression): string[] {
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) return elementsOf(ts, checker, node.expression);
  if (ts.isArrayLiteralExpression(node)) {
    return node.elements.flatMap((element) =>
      ts.isSpreadElement(element)
        ? elementsOf(ts, checker, element.expression)
        : literalsOf(checker.getTypeAtLocation(element)),
    );
  }
  // A name: `STATES`, `Door.states`. As a constant list its type has the texts.
  const type = checker.getTypeAtLocation(node);
  return checker.isTupleType(type)
    ? checker.getTypeArguments(type as typescript.TypeReference).flatMap((element) => literalsOf(element))
    : [];
}

/** The texts of a type as they are written, `'locked' | 'open'`: a union has lost their order. */
function written(source: Source, node: typescript.TypeNode): string[] {
  const { ts, checker } = source;
  if (ts.isUnionTypeNode(node)) return node.types.flatMap((type) => written(source, type));
  const alias = ts.isTypeReferenceNode(node) ? aliasOf(source, node) : undefined;
  return alias === undefined ? literalsOf(checker.getTypeFromTypeNode(node)) : written(source, alias);
}

/** What `State` stands for, where it is `type State = 'locked' | 'open'`. */
function aliasOf({ ts, checker }: Source, { typeName }: typescript.TypeReferenceNode): typescript.TypeNode | undefined {
  const symbol = checker.getSymbolAtLocation(typeName);
  const imported = symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0;
  const meant = imported ? checker.getAliasedSymbol(symbol) : symbol;
  const alias = meant?.declarations?.find((declaration) => ts.isTypeAliasDeclaration(declaration));
  return alias?.typeParameters === undefined ? alias?.type : undefined;
}

/** What the compiler takes the states to be, from the type of `this.state`: whatever generics are on the way. */
function checkedStates({ checker }: Source, { classes: [first] }: ClassChain): string[] {
  if (first === undefined) return [];
  const symbol = checker.getTypeAtLocation(first).getProperty('state');
  return symbol === undefined ? [] : literalsOf(checker.getTypeOfSymbolAtLocation(symbol, first)).sort();
}

/** The texts that a type has as its literals. */
export function literalsOf(type: typescript.Type): string[] {
  const parts = type.isUnion() ? type.types : [type];
  return parts.flatMap((part) => (part.isStringLiteral() ? part.value : []));
}
