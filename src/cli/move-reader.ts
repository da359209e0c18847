import type typescript from 'typescript';
import { END, type Move, UNKNOWN } from './machine.js';
import type { Source } from './source-files.js';
import { literalsOf } from './state-names.js';

/** A method with its source. */
export interface Method {
  readonly name: string;
  readonly body: typescript.Node;
  /** How far above the class it was found; 0 for its own. */
  readonly depth: number;
}

/** So long may be what is written beside a transition. */
const MOST_CHARACTERS = 40;

/** Finds the transitions that a sparkle asks for: in its own body, and in what that calls of its own Tonic. */
export class MoveReader {
  readonly #source: Source;
  readonly #methods: ReadonlyMap<string, readonly Method[]>;
  readonly #states: readonly string[];

  constructor(source: Source, methods: ReadonlyMap<string, readonly Method[]>, states: readonly string[]) {
    this.#source = source;
    this.#methods = methods;
    this.#states = states;
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

  #visit(node: typescript.Node, within: Method, moves: Move[], follow: (method: Method | undefined) => void): void {
    const { ts } = this.#source;
    // A class in a class has a `this` of its own.
    if (ts.isClassLike(node)) return;
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { expression: owner, name } = node.expression;
      if (owner.kind === ts.SyntaxKind.ThisKeyword) {
        if (name.text === 'toState') moves.push(...this.#movesOf(node));
        else if (name.text === 'ttsc__finish') moves.push({ to: END, detail: 'finish', reenters: false });
        // A sparkle of its own is queued, and runs in whatever state holds then.
        else if (!/^_?tts/.test(name.text)) follow(this.#methods.get(name.text)?.[0]);
      } else if (owner.kind === ts.SyntaxKind.SuperKeyword) {
        follow(this.#methods.get(name.text)?.find(({ depth }) => depth > within.depth));
      }
    }
    ts.forEachChild(node, (child) => this.#visit(child, within, moves, follow));
  }

  #movesOf({ arguments: [target, options] }: typescript.CallExpression): Move[] {
    if (target === undefined) return [];
    const { ts, checker } = this.#source;
    const detail = options === undefined ? undefined : short(inner(ts, options));
    const reenters = options !== undefined && /\breenter\b(?!\s*:\s*false)/.test(options.getText());
    const move = (to: Move['to'], text = detail): Move => ({ to, detail: text, reenters });
    return branchesOf(ts, target).flatMap((branch): Move[] => {
      const type = checker.getTypeAtLocation(branch);
      if ((type.flags & ts.TypeFlags.Undefined) !== 0) return [move(END)];
      const states = literalsOf(type);
      const count = type.isUnion() ? type.types.length : 1;
      const known = states.length === count && (count === 1 || states.length < this.#states.length);
      if (known) return states.map((state) => move(state));
      return [move(UNKNOWN, [short(branch.getText()), detail].filter((part) => part !== undefined).join(', '))];
    });
  }
}

/** What `quick ? 'a' : slow ? 'b' : 'c'` may be. */
function branchesOf(ts: Source['ts'], node: typescript.Expression): typescript.Expression[] {
  if (ts.isParenthesizedExpression(node)) return branchesOf(ts, node.expression);
  if (!ts.isConditionalExpression(node)) return [node];
  return [...branchesOf(ts, node.whenTrue), ...branchesOf(ts, node.whenFalse)];
}

/** What stands between the braces of an object. */
function inner(ts: Source['ts'], node: typescript.Node): string {
  return ts.isObjectLiteralExpression(node) ? node.getText().slice(1, -1) : node.getText();
}

function short(text: string): string {
  const oneLine = text.replace(/\s+/g, ' ').trim();
  return oneLine.length <= MOST_CHARACTERS ? oneLine : `${oneLine.slice(0, MOST_CHARACTERS)}...`;
}
