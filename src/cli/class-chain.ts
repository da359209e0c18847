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

/** What a class extends. */
function parentOf({ ts }: Source, node: typescript.ClassLikeDeclaration): typescript.Expression | undefined {
  const clause = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword);
  return clause?.types[0]?.expression;
}

/** The types that a class gives to the one it extends. */
export function parentArguments({ ts }: Source, node: typescript.ClassLikeDeclaration): readonly typescript.TypeNode[] {
  const clause = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword);
  return clause?.types[0]?.typeArguments ?? [];
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
