import { inLane } from './styled.js';

/** The part of a line between its level and its further fields. */
export function screenLine(line: Readonly<Record<string, unknown>>, message: string, colours = false): string {
  const { tonic, state, sparkle, ms, from, fromSparkle, to, slow, lane } = line;
  const parts: unknown[] = [colours && typeof tonic === 'string' ? inLane(tonic, lane) : tonic];
  if (state !== undefined || to !== undefined) parts.push(stateText(state, to));
  if (message === 'sparkle' || slow !== undefined) parts.push(sparkle, ms === undefined ? undefined : `${text(ms)} ms`);
  if (slow !== undefined) parts.push('SLOW');
  else if (message !== 'sparkle') parts.push(message);
  if (from !== undefined) parts.push(`<- ${text(from)}${fromSparkle === undefined ? '' : `.${text(fromSparkle)}`}`);
  return parts.filter((part) => part !== undefined && part !== '').join(' ');
}

/** `[open]`, `[open -> shut]`, `[-> open]` */
function stateText(state: unknown, to: unknown): string {
  if (to === undefined) return `[${text(state)}]`;
  return state === undefined ? `[-> ${text(to)}]` : `[${text(state)} -> ${text(to)}]`;
}

const text = (value: unknown): string => String(value);

/** Indents the further lines of a text, so that a peer cannot make them look like lines of the log. */
export function indented(text: string): string {
  return text.replaceAll('\n', '\n    ');
}

/**
 * The fields that the text does not show, as JSON; a user's field with a reserved name is put at its place among them.
 */
export function furtherFields(line: Readonly<Record<string, unknown>>, told: readonly string[]): string {
  const { fields, ...others } = line;
  const rest = Object.entries(others).filter(([key]) => !told.includes(key));
  if (typeof fields === 'object' && fields !== null) rest.push(...Object.entries(fields));
  else if (fields !== undefined) rest.push(['fields', fields]);
  return rest.length === 0 ? '' : JSON.stringify(Object.fromEntries(rest));
}
