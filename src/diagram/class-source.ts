import { type AnyNode, type Expression, type MethodDefinition, type PropertyDefinition, parse } from 'acorn';
import { fail } from '../core/errors.js';

/** A class that may have sparkles: one of a Tonic and those that it extends. */
export interface SourceClass {
  readonly name: string;
  readonly prototype: object;
}

/** A method, with its source. */
export interface Method {
  /** As it is called: `begin`, `#begin`. */
  readonly name: string;
  readonly body: AnyNode;
  /** What the places in `body` count from. */
  readonly text: string;
  /** How far above the class it was found; 0 for its own. */
  readonly depth: number;
}

/**
 * The methods that a class itself has, in the order of its source: those on its prototype as they are now, and from the text of
 * the class those that nobody else sees, which are private ones and functions in fields.
 * @throws {TaskTonicError} `TT_NO_SOURCE`
 */
export function methodsOf(level: SourceClass, depth: number): Method[] {
  const methods: Method[] = [];
  for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(level.prototype))) {
    const value: unknown = property.value;
    if (typeof value !== 'function' || key === 'constructor') continue;
    const text = `(class { ${sourceOf(value)} })`;
    const [member] = membersOf(text) ?? [];
    methods.push({
      name: key,
      depth,
      ...(member === undefined ? functionOf(level, key, value) : bodyOf(member, text)!),
    });
  }
  return [...methods, ...hiddenMethods(level, depth)];
}

function hiddenMethods(level: SourceClass, depth: number): Method[] {
  const text = `(${sourceOf(level)})`;
  const members = membersOf(text);
  if (members === undefined) throw unreadable(level.name, sourceOf(level));
  return members.flatMap((member) => {
    const name = memberName(member);
    const hidden = member.type === 'PropertyDefinition' || member.key.type === 'PrivateIdentifier';
    const body = hidden && !member.static ? bodyOf(member, text) : undefined;
    return name === undefined || body === undefined ? [] : [{ name, depth, ...body }];
  });
}

/** A function that was put on the prototype. */
function functionOf({ name }: SourceClass, key: string, value: object): Pick<Method, 'body' | 'text'> {
  const text = `(${sourceOf(value)})`;
  const body = bodyOfFunction(expressionOf(text), text);
  if (body === undefined) throw unreadable(`${name}.${key}`, sourceOf(value));
  return body;
}

/** What stands in a class; `undefined` where it is not a class. */
function membersOf(text: string): (MethodDefinition | PropertyDefinition)[] | undefined {
  const found = expressionOf(text);
  if (found?.type !== 'ClassExpression') return undefined;
  return found.body.body.filter((member) => member.type !== 'StaticBlock');
}

function bodyOf(
  { value }: MethodDefinition | PropertyDefinition,
  text: string,
): Pick<Method, 'body' | 'text'> | undefined {
  return bodyOfFunction(value ?? undefined, text);
}

function bodyOfFunction(node: Expression | undefined, text: string): Pick<Method, 'body' | 'text'> | undefined {
  return node?.type === 'FunctionExpression' || node?.type === 'ArrowFunctionExpression'
    ? { body: node.body, text }
    : undefined;
}

function memberName({ key, computed }: MethodDefinition | PropertyDefinition): string | undefined {
  return computed ? undefined : nameOf(key);
}

/** The name that a key stands for: of `this.go`, `this.#go`, `this['go']`. */
export function nameOf(key: AnyNode): string | undefined {
  if (key.type === 'Identifier') return key.name;
  if (key.type === 'PrivateIdentifier') return `#${key.name}`;
  return key.type === 'Literal' && typeof key.value === 'string' ? key.value : undefined;
}

function sourceOf(code: object): string {
  return Function.prototype.toString.call(code);
}

/** The one expression of a text; `undefined` where that is no JavaScript. */
function expressionOf(text: string): Expression | undefined {
  try {
    const [statement] = parse(text, { ecmaVersion: 'latest', sourceType: 'module', checkPrivateFields: false }).body;
    return statement?.type === 'ExpressionStatement' ? statement.expression : undefined;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

function unreadable(what: string, source: string): Error {
  const native = source.includes('[native code]');
  return fail('TT_NO_SOURCE', {
    what,
    problem: native ? 'it is native code, or bound' : 'it is not JavaScript that can be parsed',
  });
}
