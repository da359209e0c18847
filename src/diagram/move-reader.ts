import type { AnyNode, CallExpression, VariableDeclarator } from 'acorn';
import { type Method, nameOf } from './class-source.js';
import { END, type Move, UNKNOWN } from './machine.js';
import { childrenOf } from './syntax.js';

/** So long may be what is written beside a transition. */
const MOST_CHARACTERS = 40;

/** Finds the transitions that a sparkle asks for: in its own body, and in what that calls of its own Tonic. */
export class MoveReader {
  readonly #methods: ReadonlyMap<string, readonly Method[]>;
  readonly #ends: ReadonlySet<string>;

  /**
   * @param methods by name; of each the one of the class that is nearest comes first.
   * @param ends the methods that end the Tonic, such as `ttsc__finish`.
   */
  constructor(methods: ReadonlyMap<string, readonly Method[]>, ends: ReadonlySet<string>) {
    this.#methods = methods;
    this.#ends = ends;
  }

  of(method: Method): Move[] {
    const moves: Move[] = [];
    const seen = new Set<Method>();
    const follow = (next: Method | undefined): void => {
      if (next === undefined || seen.has(next)) return;
      seen.add(next);
      this.#visit(next.body, next, moves, follow);
    };
    follow(method);
    return moves;
  }

  #visit(node: AnyNode, within: Method, moves: Move[], follow: (method: Method | undefined) => void): void {
    // A class in a class has a `this` of its own.
    if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') return;
    if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression') {
      const { object, property, computed } = node.callee;
      const name = computed && property.type !== 'Literal' ? undefined : nameOf(property);
      if (object.type === 'ThisExpression' && name !== undefined) {
        if (name === 'toState' || name === 'ttsc__toState') moves.push(...movesOf(node, within));
        else if (this.#ends.has(name)) moves.push({ to: END, detail: name.replace(/^ttsc__/, ''), reenters: false });
        // A sparkle of its own is queued, and runs in whatever state holds then.
        else if (!/^_?tts/.test(name)) follow(this.#methods.get(name)?.[0]);
      } else if (object.type === 'Super' && name !== undefined) {
        follow(this.#methods.get(name)?.find(({ depth }) => depth > within.depth));
      }
    }
    for (const child of childrenOf(node)) this.#visit(child, within, moves, follow);
  }
}

function movesOf({ arguments: [target, options] }: CallExpression, { body, text }: Method): Move[] {
  if (target === undefined) return [];
  const said = options === undefined ? undefined : optionsText(options, text);
  const detail = said === undefined ? undefined : short(said);
  const reenters = said !== undefined && /\breenter\b(?!: (?:false|!1))/.test(said);
  return branchesOf(target, body).map((branch): Move => {
    const state = valueOf(branch);
    if (state !== UNKNOWN) return { to: state, detail, reenters };
    const parts = [short(text.slice(branch.start, branch.end)), detail].filter((part) => part !== undefined);
    return { to: UNKNOWN, detail: parts.join(', '), reenters };
  });
}

/** What stands between the braces of an object, spaced as we do whatever a compiler made of it. */
function optionsText(node: AnyNode, text: string): string {
  const written = ({ start, end }: AnyNode): string => text.slice(start, end);
  if (node.type !== 'ObjectExpression') return written(node);
  const parts = node.properties.map((part) =>
    part.type === 'Property' && !part.shorthand && !part.method && !part.computed && part.kind === 'init'
      ? `${written(part.key)}: ${written(part.value)}`
      : written(part),
  );
  return parts.join(', ');
}

/** What `quick ? 'a' : slow ? 'b' : 'c'` or `next ?? 'a'` may be, also where a constant of the method holds it. */
function branchesOf(node: AnyNode, body: AnyNode, seen: readonly AnyNode[] = []): AnyNode[] {
  const parts = (...nodes: AnyNode[]): AnyNode[] => nodes.flatMap((part) => branchesOf(part, body, [...seen, node]));
  if (node.type === 'ConditionalExpression') return parts(node.consequent, node.alternate);
  if (node.type === 'LogicalExpression' && node.operator !== '&&') return parts(node.left, node.right);
  const held = node.type === 'Identifier' ? constantOf(node.name, body) : undefined;
  return held === undefined || seen.includes(node) || !parts(held).every((part) => valueOf(part) !== UNKNOWN)
    ? [node]
    : parts(held);
}

/** What a constant holds that a method declares once. */
function constantOf(name: string, body: AnyNode): AnyNode | undefined {
  const found: VariableDeclarator[] = [];
  let others = 0;
  const visit = (node: AnyNode): void => {
    if (node.type === 'VariableDeclaration')
      for (const declared of node.declarations) {
        if (declared.id.type !== 'Identifier' || declared.id.name !== name) continue;
        if (node.kind === 'const') found.push(declared);
        else others++;
      }
    for (const child of childrenOf(node)) visit(child);
  };
  visit(body);
  return found.length === 1 && others === 0 ? (found[0]!.init ?? undefined) : undefined;
}

/** The state that is written there. */
function valueOf(node: AnyNode): Move['to'] {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : UNKNOWN;
  if (node.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0]!.value.cooked ?? UNKNOWN;
  const isUndefined =
    (node.type === 'Identifier' && node.name === 'undefined') ||
    (node.type === 'UnaryExpression' && node.operator === 'void');
  return isUndefined ? END : UNKNOWN;
}

function short(text: string): string {
  const oneLine = text.replace(/\s+/g, ' ').trim();
  return oneLine.length <= MOST_CHARACTERS ? oneLine : `${oneLine.slice(0, MOST_CHARACTERS)}...`;
}
