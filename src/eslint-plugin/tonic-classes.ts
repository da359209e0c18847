import { declarationOf, declaredClass } from './declarations.js';
import { readName } from './read-name.js';
import {
  type ClassNode,
  type Identifier,
  type Node,
  type RuleContext,
  memberOf,
  methodCallOf,
  propertyName,
  stringValue,
} from './syntax.js';

/** The classes of the package that are Tonics, by their names. */
export const TONICS: ReadonlySet<string> = new Set([
  'Tonic', 'Catalyst', 'SelectorCatalyst', 'ServerCatalyst', 'ChunkedWork',
  'TcpServer', 'TcpClient', 'TcpClientPool', 'TcpBackends', 'TcpConnection', 'UdpSocket', 'UdpServer', 'UdpSession', 'MessageServer', 'Readiness', 'HttpServer', 'HttpConnection', 'HttpClient',
  'WebSocketConnection', 'WebSocketClient', 'StoreConnection',
  'TimerSingleShot', 'TimerRepeat', 'TimerPausing',
  'CalendarTimer', 'TimerEveryMinute', 'TimerEveryHour', 'TimerEveryDay', 'TimerEveryWeek', 'TimerEveryMonth', 'TimerEveryYear',
]); // prettier-ignore

/** The name that the package has for a class, where it may be one of it: as it is imported, and not declared in this file. */
export function nameInPackage(node: Node | null | undefined, context: RuleContext): string | undefined {
  const called = methodCallOf(node);
  if (called?.name === 'with') return nameInPackage(called.object, context);
  if (node?.type !== 'Identifier') return memberOf(node)?.name;
  const declared = declarationOf(node, context);
  if (declared === undefined) return (node as Identifier).name;
  return declared.type === 'ImportSpecifier' ? nameOfImport(declared) : undefined;
}

/** Where it comes from another file of the app it may be handed on; another package has other classes. */
function nameOfImport(specifier: Node): string | undefined {
  const { imported, parent } = specifier as Node & { imported: Identifier };
  const source = stringValue((parent as Node & { source: Node }).source) ?? '';
  return /^(\.|#|tasktonic(\/|$))/.test(source) ? imported.name : undefined;
}

/** Whether what `new` is written before makes a Tonic, as far as this file tells. */
export function makesTonic(callee: Node, context: RuleContext): boolean {
  if (TONICS.has(nameInPackage(callee, context) ?? '')) return true;
  const declared = declaredClass(callee, context);
  return declared !== undefined && isTonicClass(declared, context);
}

/** Whether a class is one of Tonics: it extends one, or has sparkles and extends what another file declares. */
export function isTonicClass(node: ClassNode, context: RuleContext): boolean {
  return [...lineOf(node, context)].some(
    (each) =>
      TONICS.has(nameInPackage(each.superClass, context) ?? '') || (each.superClass !== null && hasSparkles(each)),
  );
}

/** A class and those of this file that it extends, nearest first. */
export function lineOf(node: ClassNode, context: RuleContext): Set<ClassNode> {
  const line = new Set<ClassNode>();
  for (let each: ClassNode | undefined = node; each !== undefined && !line.has(each); each = parentOf(each, context))
    line.add(each);
  return line;
}

/** The class of the package that a class extends, by way of others in this file. */
export function rootOf(node: ClassNode, context: RuleContext): string | undefined {
  return nameInPackage([...lineOf(node, context)].at(-1)!.superClass, context);
}

/** All of some classes that a class extends or is extended by, with itself. */
export function relativesOf(node: ClassNode, classes: readonly ClassNode[], context: RuleContext): Set<ClassNode> {
  const line = lineOf(node, context);
  return new Set(classes.filter((each) => line.has(each) || lineOf(each, context).has(node)));
}

function parentOf({ superClass }: ClassNode, context: RuleContext): ClassNode | undefined {
  const called = methodCallOf(superClass);
  return declaredClass(called?.name === 'with' ? called.object : superClass, context);
}

function hasSparkles({ body }: ClassNode): boolean {
  return body.body.some(({ type, static: isStatic, key, computed }) => {
    const name = propertyName(key, computed);
    return type === 'MethodDefinition' && !isStatic && name !== undefined && typeof readName(name) === 'object';
  });
}
