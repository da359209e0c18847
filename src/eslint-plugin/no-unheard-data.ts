import { saidValue } from './class-facts.js';
import { readName } from './read-name.js';
import { atEachClass } from './at-each-class.js';
import { lineOf, relativesOf, rootOf } from './tonic-classes.js';
import {
  type ClassNode,
  type Identifier,
  type Node,
  type RuleContext,
  type RuleModule,
  memberOf,
  nodesBelow,
  propertyName,
} from './syntax.js';

/** Reports a `ttse__onData` of a class with a framing: what comes is heard by `onFrame`. */
export const noUnheardData: RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'A connection with a framing hears frames, not data' },
    schema: [],
    messages: {
      data: '{{key}} never runs: this class has a framing, so what comes is heard by {{frame}}. Write that, or leave the framing out.',
    },
  },
  create: (context) => atEachClass((node, classes) => checkClass(node, classes, context)),
};

/** The classes of sockets that hear data without a framing, and frames with one. */
const FRAMED = new Set(['TcpConnection', 'TcpClient', 'UdpSession']);

function checkClass(node: ClassNode, classes: readonly ClassNode[], context: RuleContext): void {
  if (!FRAMED.has(rootOf(node, context) ?? '') || !isFramed(node, context)) return;
  if ([...relativesOf(node, classes, context)].some(({ body }) => setsFraming(body as unknown as Node))) return;
  for (const { key: keyNode, computed, static: isStatic } of node.body.body) {
    const key = propertyName(keyNode, computed);
    const name = key === undefined || isStatic ? undefined : readName(key);
    if (key === undefined || typeof name !== 'object' || name.generic !== 'ttse__onData') continue;
    context.report({ node: keyNode!, messageId: 'data', data: { key, frame: key.replace('onData', 'onFrame') } });
  }
}

/** What the nearest class says that says something. */
function isFramed(node: ClassNode, context: RuleContext): boolean {
  for (const each of lineOf(node, context)) {
    const said = saidValue(each, 'framing');
    if (said !== undefined) return !(said.type === 'Identifier' && (said as Identifier).name === 'undefined');
  }
  return false;
}

/** One that changes its framing may go on without any. */
function setsFraming(body: Node): boolean {
  return [...nodesBelow(body)].some((node) => memberOf(node)?.name === 'setFraming');
}
