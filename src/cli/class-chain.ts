import type typescript from 'typescript';
import type { Source } from './source-files.js';

/** A class and those that it extends, as far as their sources are the user's; the class itself comes first. */
export interface ClassChain {
  readonly classes: readonly typescript.ClassLikeDeclaration[];
  /** The framework's class at its end, such as `Tonic`; `undefined` where that cannot be found. */
  readonly framework: string | undefined;
}

/** Follows `extends` up to what comes from the framework, or from where there is no source. */
export function classChain(source: Source, first: typescript.ClassLikeDeclaration): ClassChain {
  const { ts } = source;
  const classes: typescript.ClassLikeDeclaration[] = [];
  let next: typescript.ClassLikeDeclaration | undefined = first;
  while (next !== undefined && !classes.includes(next)) {
    classes.push(next);
    const parent = parentOf(source, next);
    if (parent === undefined) return { classes, framework: undefined };
    const symbol = source.checker.getSymbolAtLocation(parent);
    const framework = importedFromFramework(ts, symbol);
    if (framework !== undefined) return { classes, framework };
    next = declarationOf(source, symbol);
  }
  return { classes, framework: undefined };
}

/** What a class extends; with `extends Door.with({ ... })` that is `Door`. */
function parentOf(source: Source, node: typescript.ClassLikeDeclaration): typescript.Expression | undefined {
  const { ts } = source;
  const written = extendsOf(source, node)?.expression;
  return written !== undefined && ts.isCallExpression(written) && ts.isPropertyAccessExpression(written.expression)
    ? written.expression.expression
    : written;
}

/** What is said of a class with `extends Door.with({ ... })`. */
export function saidOf(
  source: Source,
  node: typescript.ClassLikeDeclaration,
): typescript.ObjectLiteralExpression | undefined {
  const { ts } = source;
  const written = extendsOf(source, node)?.expression;
  if (written === undefined || !ts.isCallExpression(written)) return undefined;
  const {
    expression: method,
    arguments: [said],
  } = written;
  if (!ts.isPropertyAccessExpression(method) || method.name.text !== 'with') return undefined;
  return said !== undefined && ts.isObjectLiteralExpression(said) ? said : undefined;
}

/** What a class says of itself under a name: with `with`, or as `static`. */
export function staticOf(
  source: Source,
  node: typescript.ClassLikeDeclaration,
  name: string,
): typescript.Expression | undefined {
  const { ts } = source;
  const said = saidOf(source, node)?.properties.find((property) => property.name?.getText() === name);
  const member = node.members.find((at) => ts.isPropertyDeclaration(at) && at.name.getText() === name);
  const found = member ?? said;
  return found !== undefined && (ts.isPropertyDeclaration(found) || ts.isPropertyAssignment(found))
    ? found.initializer
    : undefined;
}

function extendsOf(
  { ts }: Source,
  node: typescript.ClassLikeDeclaration,
): typescript.ExpressionWithTypeArguments | undefined {
  return node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
}

/** The types that a class gives to the one it extends. */
export function parentArguments(source: Source, node: typescript.ClassLikeDeclaration): readonly typescript.TypeNode[] {
  return extendsOf(source, node)?.typeArguments ?? [];
}

/** The name that something has in the framework, where it is imported from there. */
function importedFromFramework(ts: Source['ts'], symbol: typescript.Symbol | undefined): string | undefined {
  for (const declaration of symbol?.declarations ?? []) {
    let node: typescript.Node = declaration;
    while (!ts.isImportDeclaration(node) && !ts.isSourceFile(node)) node = node.parent;
    if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) continue;
    if (!/^tasktonic(?:\/|$)/.test(node.moduleSpecifier.text)) continue;
    return ts.isImportSpecifier(declaration) ? (declaration.propertyName ?? declaration.name).text : symbol!.name;
  }
  return undefined;
}

/** The class that a name stands for, in whichever file it is, if its source is there. */
function declarationOf(
  { ts, checker }: Source,
  symbol: typescript.Symbol | undefined,
): typescript.ClassLikeDeclaration | undefined {
  if (symbol === undefined) return undefined;
  const meant = (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
  const found = meant.declarations?.find((node) => ts.isClassLike(node));
  return found?.getSourceFile().isDeclarationFile === false ? found : undefined;
}
