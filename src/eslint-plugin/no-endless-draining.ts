import { readName } from './read-name.js';
import { atEachClass } from './at-each-class.js';
import { TONICS, relativesOf, rootOf } from './tonic-classes.js';
import {
  type ClassNode,
  type Node,
  type RuleContext,
  type RuleModule,
  memberOf,
  nodesBelow,
  propertyName,
  stringValue,
} from './syntax.js';

/** Reports a `ttse__onDraining` whose Tonic never says that it has drained: its end waits for the whole `drainTimeout`. */
export const noEndlessDraining: RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'A Tonic that hears onDraining says when it has drained' },
    schema: [],
    messages: {
      endless:
        '{{key}} begins work that never ends: nothing in this class calls this.drained(), so each end of it waits for the whole drainTimeout. Call it when the work is done, also where there is none; or use ttse__onFinished.',
    },
  },
  create: (context) => atEachClass((node, classes) => checkClass(node, classes, context)),
};

function checkClass(node: ClassNode, classes: readonly ClassNode[], context: RuleContext): void {
  const draining = node.body.body.find((member) => member.static !== true && isDraining(member));
  if (draining?.key === undefined || (node as ClassNode & { abstract?: boolean }).abstract === true) return;
  // What a class of another file does, from which it comes, is not known.
  if (!TONICS.has(rootOf(node, context) ?? '')) return;
  if ([...relativesOf(node, classes, context)].some(({ body }) => namesDrained(body as unknown as Node))) return;
  const key = propertyName(draining.key, draining.computed)!;
  context.report({ node: draining.key, messageId: 'endless', data: { key } });
}

function isDraining({ key, computed, value }: ClassNode['body']['body'][number]): boolean {
  const name = propertyName(key, computed);
  const read = name === undefined ? undefined : readName(name);
  return typeof read === 'object' && read.generic === 'ttse__onDraining' && Boolean(value?.body);
}

/** `this.drained()`, `self.drained`, `const { drained } = this`, `this['drained']`: anything that may call it, now or later. */
function namesDrained(body: Node): boolean {
  return [...nodesBelow(body)].some((node) => {
    if (memberOf(node)?.name === 'drained' || stringValue(node) === 'drained') return true;
    const { key, computed } = node as Node & { key?: Node; computed?: boolean };
    return node.type === 'Property' && propertyName(key, computed) === 'drained';
  });
}
