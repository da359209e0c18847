import type typescript from 'typescript';
import { type SparkleName, BUILT_IN_PREFIXES, parseSparkleName } from '../core/sparkle-names.js';
import { type ClassChain, classChain } from './class-chain.js';
import { CliError } from './cli-error.js';
import { type Machine, type SparkleFacts } from './machine.js';
import { type Method, MoveReader } from './move-reader.js';
import type { Source } from './source-files.js';
import { stateTimeoutsOf, withTimeouts } from './state-timeouts.js';
import { spreadOverGroups, withGroups } from './state-groups.js';
import { groupsOf, statesOf } from './state-names.js';

/**
 * The machines of the Tonics in a file.
 *
 * @param className the one that is meant; all where it is left out.
 * @throws {CliError} where there is none; `TT_BAD_SPARKLE_NAME` as the first instance would.
 */
export function machinesIn(source: Source, className?: string): Machine[] {
  const classes = classesIn(source);
  const named = classes.map((node) => ({ node, name: nameOf(source, node) }));
  const { path } = source;
  if (className !== undefined && !named.some(({ name }) => name === className)) {
    const others = named.map(({ name }) => name).join(', ') || 'none';
    throw new CliError(`there is no class ${className} in ${path}: its classes are ${others}`);
  }
  const machines = named
    .filter(({ name }) => className === undefined || name === className)
    .map(({ node, name }) => machineOf(source, classChain(source, node), name))
    .filter((machine) => machine !== undefined);
  if (machines.length > 0) return machines;
  throw new CliError(
    `${className ?? 'no class'} in ${path} ${className === undefined ? 'has' : 'has no'} sparkles or states`,
  );
}

/** `const Door = class ...` has the name of the constant. */
function nameOf({ ts }: Source, { name, parent }: typescript.ClassLikeDeclaration): string {
  const variable = ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) ? parent.name.text : undefined;
  return name?.text ?? variable ?? 'default';
}

/** The classes of a file, with those within functions. */
function classesIn({ ts, file }: Source): typescript.ClassLikeDeclaration[] {
  const found: typescript.ClassLikeDeclaration[] = [];
  const visit = (node: typescript.Node): void => {
    if (ts.isClassLike(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** `undefined` where the class has nothing that could be drawn, as it is no Tonic. */
function machineOf(source: Source, chain: ClassChain, className: string): Machine | undefined {
  const methods = methodsOf(source, chain);
  const named = namedSparkles(source, chain, methods);
  const listed = statesOf(source, chain);
  if (named.length === 0 && (chain.framework === undefined || listed.length === 0)) return undefined;
  const moves = new MoveReader(source, methods, listed);
  const written = named.map(({ name, method }): SparkleFacts => {
    const { state, name: short } = name;
    return { state, name: short, moves: moves.of(method), empty: isEmpty(method) };
  });
  const groups = groupsOf(source, chain);
  const sparkles = withGroups(written, groups);
  const timeouts = spreadOverGroups(stateTimeoutsOf(source, chain), groups);
  const states = new Set([...listed, ...timeouts.keys()]);
  for (const { state, moves: made } of sparkles) {
    if (state !== undefined) states.add(state);
    for (const { to } of made) if (typeof to === 'string') states.add(to);
  }
  return { className, states: [...states], sparkles: withTimeouts(sparkles, timeouts) };
}

/** All methods along the chain, by name: of each the one of the class that is nearest comes first. */
function methodsOf({ ts }: Source, { classes }: ClassChain): Map<string, Method[]> {
  const methods = new Map<string, Method[]>();
  // What a parent begins stands before what a child adds.
  for (const [up, node] of [...classes.entries()].reverse()) {
    for (const member of node.members) {
      if (member.name === undefined || ts.isComputedPropertyName(member.name)) continue;
      const body = bodyOf(ts, member);
      if (body === undefined || isStatic(ts, member)) continue;
      const name = member.name.text;
      methods.set(name, [{ name, body, depth: up }, ...(methods.get(name) ?? [])]);
    }
  }
  return methods;
}

function bodyOf(ts: Source['ts'], member: typescript.ClassElement): typescript.Node | undefined {
  if (ts.isMethodDeclaration(member)) return member.body;
  const initializer = ts.isPropertyDeclaration(member) ? member.initializer : undefined;
  return initializer !== undefined && (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer))
    ? initializer.body
    : undefined;
}

function isStatic(ts: Source['ts'], member: typescript.ClassElement): boolean {
  return (
    ts.canHaveModifiers(member) &&
    ts.getModifiers(member)?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) === true
  );
}

function namedSparkles(
  source: Source,
  chain: ClassChain,
  methods: ReadonlyMap<string, readonly Method[]>,
): { readonly name: SparkleName; readonly method: Method }[] {
  const prefixes = [...addedPrefixes(source, chain), ...BUILT_IN_PREFIXES];
  return [...methods].flatMap(([key, [method]]) => {
    const name = parseSparkleName(key, prefixes);
    return name === undefined ? [] : [{ name, method: method! }];
  });
}

/** The keys of `static prefixes = { ui: ... }`; the longest first, as the framework takes them. */
function addedPrefixes({ ts }: Source, { classes }: ClassChain): string[] {
  const keys = classes.flatMap(({ members }) =>
    members.flatMap((member) => {
      if (!ts.isPropertyDeclaration(member) || !isStatic(ts, member) || member.name.getText() !== 'prefixes') return [];
      const { initializer } = member;
      if (initializer === undefined || !ts.isObjectLiteralExpression(initializer)) return [];
      return initializer.properties.flatMap(({ name }) =>
        name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteral(name)) ? name.text : [],
      );
    }),
  );
  return [...new Set(keys)].sort((a, b) => b.length - a.length);
}

function isEmpty({ body }: Method): boolean {
  return body.getChildCount() > 1 && body.getChildAt(1).getChildCount() === 0;
}
