import { declaredClass } from './declarations.js';
import { readName } from './read-name.js';
import { nameInPackage, rootOf } from './tonic-classes.js';
import { type ClassNode, type Node, type RuleContext, type RuleModule, nodesBelow, propertyName } from './syntax.js';

/**
 * Reports an event of a socket that its base hears with the parameters that the socket itself would hear it with. A base is given the
 * socket first. (`implements Hears<...>` has the compiler find this.)
 */
export const socketComesFirst: RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'A base that hears the events of its sockets is given the socket first' },
    schema: [],
    messages: {
      first:
        '{{key}} is an event of a socket that this Tonic makes, so its first parameter is the socket: {{key}}(socket, {{parameter}}, ...). With "implements Hears<{{socket}}>" the compiler checks that.',
    },
  },
  create(context) {
    const check = (node: Node): void => checkClass(node as ClassNode, context);
    return { ClassDeclaration: check, ClassExpression: check };
  },
};

/** The types of what a socket itself is given first. */
const GIVEN: Readonly<Record<string, readonly string[]>> = {
  onData: ['Buffer', 'Uint8Array'],
  onDatagram: ['Buffer', 'Uint8Array'],
  onMessage: ['Message', 'Buffer'],
  onDisconnected: ['DisconnectInfo', 'WebSocketDisconnectInfo', 'SessionEnd'],
  onError: ['TaskTonicError', 'Error'],
  onTurnedAway: ['TurnedAway', 'PeerTurnedAway'],
  onRequest: ['HttpExchange'],
};
const PLAIN = new Set(['Tonic', 'Catalyst', 'SelectorCatalyst']);
const SOCKETS = new Set([
  'TcpServer',
  'MessageServer',
  'HttpServer',
  'TcpClient',
  'WebSocketClient',
  'UdpSocket',
  'UdpServer',
]);

function checkClass(node: ClassNode, context: RuleContext): void {
  // One that extends a class of another file may be a socket itself.
  if (!PLAIN.has(rootOf(node, context) ?? '')) return;
  const socket = madeIn(node, context);
  if (socket === undefined) return;
  for (const { key: keyNode, computed, value } of node.body.body) {
    const key = propertyName(keyNode, computed);
    const name = key === undefined ? undefined : readName(key);
    if (key === undefined || typeof name !== 'object' || name.prefix !== 'ttse') continue;
    const [parameter] = (value?.params ?? []) as readonly (Node & { name?: string; typeAnnotation?: Annotation })[];
    const { typeName } = parameter?.typeAnnotation?.typeAnnotation ?? {};
    if (GIVEN[name.name]?.includes(propertyName(typeName, false) ?? '') !== true) continue;
    context.report({ node: keyNode!, messageId: 'first', data: { key, parameter: parameter?.name ?? '...', socket } });
  }
}

interface Annotation {
  readonly typeAnnotation: { readonly typeName?: Node };
}

/** The kind of the socket that a class makes for itself. */
function madeIn(node: ClassNode, context: RuleContext): string | undefined {
  for (const each of nodesBelow(node)) {
    if (each.type !== 'NewExpression') continue;
    const { callee } = each as Node & { callee: Node };
    const declared = declaredClass(callee, context);
    const name = declared === undefined ? nameInPackage(callee, context) : rootOf(declared, context);
    if (SOCKETS.has(name ?? '')) return name;
  }
  return undefined;
}
