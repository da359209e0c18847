import { inLane } from './styled.js';
import { terminalSafe } from './terminal-safe.js';
import { LABELS } from './log-levels.js';
import { furtherFields, indented, screenLine } from './log-screen-line.js';

type Fields = Readonly<Record<string, unknown>>;

/** Whether a log line is the entry of a sparkle. */
export function isEntry(line: Fields): boolean {
  return line['msg'] === 'entry' && Array.isArray(line['lines']);
}

/**
 * An entry as text: a header line, and below it what the sparkle logged, in order.
 *
 * ```text
 * lamp [on -> off] ttse__onLightsOff 310.169 ms <- lightsOff SLOW
 *   | INFO: burning {"watts":40}
 *   | -- phase 2
 *   | queue = 3
 * ```
 *
 * The entry may come from another program, so every field is checked.
 */
export function entryText(entry: Fields, colours = false): string {
  const head = indented(screenLine(entry, 'sparkle', colours));
  const bar = colours ? inLane('  |', entry['lane']) : '  |';
  const flags = listOf(entry['flags']).map((flag) => ` ${String(flag).toUpperCase()}`);
  const body = [...steps(entry), ...said(entry), ...probes(entry)];
  if (typeof entry['leftOut'] === 'number') body.push(`(${entry['leftOut']} more left out)`);
  const lines = body.flatMap((part) => part.split('\n')).map((line) => `${bar} ${line}`);
  return [`${head}${flags.join('')}`, ...lines].join('\n');
}

/** `door infused` for each life step. */
function steps(entry: Fields): string[] {
  return listOf(entry['life']).map((step) => `${textOf(field(step, 'tonic'))} ${textOf(field(step, 'life'))}`);
}

/** The lines, with the markers between them. */
function said(entry: Fields): string[] {
  const shown: string[] = [];
  const markers = new Map<unknown, string[]>();
  for (const marker of listOf(entry['markers'])) {
    const after = field(marker, 'after');
    const those = markers.get(after);
    const text = `-- ${textOf(field(marker, 'text'))}`;
    if (those === undefined) markers.set(after, [text]);
    else those.push(text);
  }
  const showMarkers = (after: number): void => {
    for (const text of markers.get(after) ?? []) shown.push(text);
  };
  showMarkers(0);
  for (const [at, line] of listOf(entry['lines']).entries()) {
    shown.push(lineText(line));
    showMarkers(at + 1);
  }
  return shown;
}

function lineText(line: unknown): string {
  if (typeof line !== 'object' || line === null) return textOf(line);
  const { level, msg, err } = line as Fields;
  const label = LABELS[Number(level)] ?? textOf(level);
  const fields = furtherFields(line as Fields, ['level', 'time', 'msg', 'err']);
  const rest = fields === '' ? '' : ` ${fields}`;
  const stack = err === undefined ? '' : `\n${textOf(field(err, 'stack') ?? err)}`;
  return `${label}:${msg === undefined ? '' : ` ${textOf(msg)}`}${rest}${stack}`;
}

function probes(entry: Fields): string[] {
  const values = entry['probes'];
  if (typeof values !== 'object' || values === null) return [];
  return Object.entries(values).map(([name, value]) => `${terminalSafe(name)} = ${JSON.stringify(value)}`);
}

function field(of: unknown, key: string): unknown {
  return typeof of === 'object' && of !== null ? (of as Fields)[key] : undefined;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
