import { nearest } from '../core/options/nearest.js';
import { FRAMEWORK_EVENTS } from '../core/plan/plan.js';
import type { SparkleName } from '../core/plan/sparkle-names.js';
import { type ClassFacts, classFacts } from './class-facts.js';
import { readName } from './read-name.js';
import { eventsOf } from './socket-events.js';
import { lineOf } from './tonic-classes.js';
import {
  type ClassMember,
  type ClassNode,
  type Node,
  type RuleContext,
  type RuleModule,
  type Suggestion,
  propertyName,
} from './syntax.js';

/** Reports methods that TaskTonic would refuse at the first instance of their class, or would never call. */
export const sparkleNames: RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'Sparkles are plain methods, named for states and events that are there' },
    hasSuggestions: true,
    schema: [],
    messages: {
      malformed:
        '{{key}} begins like the name of a sparkle, but does not follow its pattern: write <prefix>__<name> or <prefix>_<state>__<name>, with no further "__".',
      reserved: '{{key}}: the prefix _ttss is reserved for the framework. Use ttsc, ttse, tts or _tts.',
      unknownState: '{{key}} is for the unknown state {{state}}: the states are {{states}}.',
      unknownEvent: '{{key}} is an unknown event: it is neither one of the framework nor in "static events".',
      nearMiss:
        '{{key}} is nearly {{nearest}}, which the framework sends. If it is an event of your own, list it in "static events".',
      field: '{{key}} is a field, so calling it would run it at once. Make it a method.',
      accessor: '{{key}} is a {{kind}}ter. A sparkle is a method.',
      async: '{{key}} is async. A sparkle is synchronous: use this.pipe() to bring a result back as a sparkle.',
      generator:
        '{{key}} is a generator. A sparkle is synchronous: use this.pipe() to bring a result back as a sparkle.',
      promise:
        '{{key}} returns a promise. A sparkle is synchronous: use this.pipe() to bring a result back as a sparkle.',
      nearlyEvent: '{{key}} is never called: the event is {{event}}.',
      rename: 'Rename it to {{to}}.',
    },
  },
  create(context) {
    const check = (node: Node): void => checkClass(node as ClassNode, context);
    return { ClassDeclaration: check, ClassExpression: check };
  },
};

function checkClass(node: ClassNode, context: RuleContext): void {
  if (node.superClass === null) return; // A Tonic extends something.
  const facts = classFacts(node, context);
  for (const member of node.body.body) checkMember(member, facts, context);
  checkNearlyEvents(node, facts, context);
}

/** A method that is meant for an event and would never be called; not where that event has its method, in this file. */
function checkNearlyEvents(node: ClassNode, { events, prefixes }: ClassFacts, context: RuleContext): void {
  const nearly = eventsOf(node, context);
  if (nearly === undefined || events === 'unknown') return;
  const line = [...lineOf(node, context)];
  const has = (event: string): boolean =>
    line.some(({ body }) => body.body.some(({ key, computed }) => propertyName(key, computed) === event));
  for (const member of node.body.body) {
    const key = propertyName(member.key, member.computed);
    if (key === undefined || member.type !== 'MethodDefinition' || member.static || member.kind !== 'method') continue;
    const read = readName(key, prefixes);
    const { prefix, name } = typeof read === 'object' ? read : { prefix: undefined, name: key };
    const meant = read === 'malformed' || events?.includes(name) ? undefined : nearly.meantBy(prefix, name);
    if (meant === undefined || has(`ttse__${meant}`)) continue;
    const state = typeof read === 'object' ? read.state : undefined;
    const event = state === undefined ? `ttse__${meant}` : `ttse_${state}__${meant}`;
    const suggest = [rename(member.key!, event)];
    context.report({ node: member.key!, messageId: 'nearlyEvent', data: { key, event }, suggest });
  }
}

function checkMember(member: ClassMember, facts: ClassFacts, context: RuleContext): void {
  const node = member.key;
  const key = propertyName(node, member.computed);
  if (member.static || member.declare || node === undefined || key === undefined) return;
  const name = readName(key, facts.prefixes);
  if (name === undefined) return;
  const report = (messageId: string, data: Record<string, string> = {}, better?: string): void => {
    context.report({
      node,
      messageId,
      data: { key, ...data },
      suggest: better === undefined ? [] : [rename(node, better)],
    });
  };
  if (name === 'malformed') return report('malformed');
  if (name.prefix === '_ttss') return report('reserved');
  checkKind(member, report);
  checkState(name, facts, report);
  checkEvent(name, facts, report);
}

type Reporter = (messageId: string, data?: Record<string, string>, better?: string) => void;

function checkKind({ type, kind = '', value }: ClassMember, report: Reporter): void {
  if (type === 'PropertyDefinition' || type === 'AccessorProperty') report('field');
  else if (kind === 'get' || kind === 'set') report('accessor', { kind: kind === 'get' ? 'get' : 'set' });
  else if (value?.async) report('async');
  else if (value?.generator) report('generator');
  else if (isPromise(value?.returnType?.typeAnnotation)) report('promise');
}

function isPromise(node: Node | undefined): boolean {
  const { typeName } = (node ?? {}) as { typeName?: Node };
  return /^Promise(Like)?$/.test(propertyName(typeName, false) ?? '');
}

function checkState({ prefix, state, name }: SparkleName, { states, groups = [] }: ClassFacts, report: Reporter): void {
  if (state === undefined || states === undefined || states === 'unknown' || states.includes(state)) return;
  if (groups === 'unknown' || groups.includes(state)) return;
  const better = nearest(state, [...states, ...groups], Infinity);
  report('unknownState', { state, states: states.join(', ') || 'none' }, better && `${prefix}_${better}__${name}`);
}

function checkEvent({ prefix, state, name }: SparkleName, { events }: ClassFacts, report: Reporter): void {
  if (prefix !== 'ttse' || events === 'unknown' || FRAMEWORK_EVENTS.includes(name) || events?.includes(name)) return;
  const spelled = (event: string): string => (state === undefined ? `ttse__${event}` : `ttse_${state}__${event}`);
  if (events === undefined) {
    const meant = nearest(name, FRAMEWORK_EVENTS, 1);
    if (meant !== undefined) report('nearMiss', { nearest: spelled(meant) }, spelled(meant));
  } else {
    const meant = nearest(name, [...events, ...FRAMEWORK_EVENTS]);
    report('unknownEvent', {}, meant && spelled(meant));
  }
}

function rename(node: Node, to: string): Suggestion {
  const quoted = node.type === 'Literal';
  return { messageId: 'rename', data: { to }, fix: (fixer) => fixer.replaceText(node, quoted ? `'${to}'` : to) };
}
