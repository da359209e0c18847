// Master files (RFC 1035, section 5): $ORIGIN, $TTL, @, parentheses, what a line takes from the one before it.
import { isIPv4, isIPv6 } from 'node:net';
import { type Answer, encode } from 'dns-packet';

const SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };
/** A line end, a comment, a text in quotes, a word, or a parenthesis. */
const TOKEN = /\n|;[^\n]*|"((?:[^"\\\n]|\\.)*)"|[()]|(?:[^\s;()"\\]|\\.)+|[^\s]/g;

/**
 * Reads a zone. Names are in lower case, without a dot at their end.
 *
 * @throws {Error} with the line where something is wrong.
 */
export function readZone(text: string, origin = ''): Answer[] {
  const records: Answer[] = [];
  const state = { origin, ttl: undefined as number | undefined, owner: '' };
  for (const { line, words, inherits } of entries(text)) {
    try {
      if (words[0] === '$ORIGIN') state.origin = absolute(words[1]!, state.origin);
      else if (words[0] === '$TTL') state.ttl = seconds(words[1] ?? '');
      else if (words[0]!.startsWith('$')) throw new Error(`${words[0]} is not known`);
      else {
        if (!inherits) state.owner = absolute(words.shift()!, state.origin);
        records.push(record(words, state));
      }
    } catch (error) {
      throw new Error(`line ${line} of the zone: ${(error as Error).message}`, { cause: error });
    }
  }
  return records;
}

/** An entry is a line, or several where there is a parenthesis. */
function* entries(text: string): Generator<{ line: number; words: string[]; inherits: boolean }> {
  let [line, depth] = [1, 0];
  let entry = { line, words: [] as string[], inherits: /^[ \t]/.test(text) };
  for (const { 0: token, 1: quoted, index } of `${text}\n`.matchAll(TOKEN)) {
    if (token === '(') depth++;
    else if (token === ')') depth--;
    else if (token !== '\n' && token[0] !== ';') entry.words.push(quoted?.replace(/\\(.)/g, '$1') ?? token);
    if (token !== '\n') continue;
    line++;
    if (depth > 0) continue;
    if (entry.words.length > 0) yield entry;
    entry = { line, words: [], inherits: /[ \t]/.test(text[index + 1] ?? '') };
  }
  if (depth > 0) throw new Error(`line ${entry.line} of the zone: a parenthesis has no end`);
}

function record(
  words: string[],
  { origin, ttl, owner }: { origin: string; ttl: number | undefined; owner: string },
): Answer {
  let own = ttl;
  for (; /^(?:\d+[smhdw]?)+$/i.test(words[0] ?? '') || words[0]?.toUpperCase() === 'IN'; words.shift())
    if (words[0]!.toUpperCase() !== 'IN') own = seconds(words[0]!);
  const [type = '', ...data] = words;
  const made = {
    name: owner,
    type: type.toUpperCase(),
    ttl: own ?? 3_600,
    data: dataOf(type.toUpperCase(), data, origin),
  };
  const answer = made as Answer;
  encode({ type: 'response', answers: [answer] });
  return answer;
}

function dataOf(type: string, words: readonly string[], origin: string): unknown {
  const name = (at: number): string => absolute(words[at]!, origin);
  const [wanted = 1] = type === 'TXT' ? [words.length || 1] : [{ MX: 2, SRV: 4, SOA: 7 }[type]];
  if (words.length !== wanted) throw new Error(`${type} has ${words.length} fields, and should have ${wanted}`);
  if (type === 'A' || type === 'AAAA') {
    if ((type === 'A' ? isIPv4 : isIPv6)(words[0]!)) return words[0];
    throw new Error(`${words[0]} is no address for ${type}`);
  }
  if (type === 'NS' || type === 'CNAME' || type === 'PTR') return name(0);
  if (type === 'TXT') return words;
  if (type === 'MX') return { preference: number(words[0]!), exchange: name(1) };
  const [first, second, third] = words as [string, string, string];
  if (type === 'SRV') return { priority: number(first), weight: number(second), port: number(third), target: name(3) };
  if (type !== 'SOA') throw new Error(`${type} is no type that is served: A AAAA NS MX TXT CNAME SOA PTR SRV`);
  const [refresh, retry, expire, minimum] = words.slice(3).map(seconds);
  return { mname: name(0), rname: name(1), serial: number(third, 2 ** 32), refresh, retry, expire, minimum };
}

function absolute(name: string, origin: string): string {
  const whole =
    name === '@' ? origin : name.endsWith('.') ? name.slice(0, -1) : `${name}${origin === '' ? '' : `.${origin}`}`;
  if (whole.length <= 253 && whole.split('.').every((label) => whole === '' || (label !== '' && label.length < 64)))
    return whole.toLowerCase();
  throw new Error(`${name} is no name`);
}

function number(text: string, below = 65_536): number {
  if (/^\d+$/.test(text) && Number(text) < below) return Number(text);
  throw new Error(`${text} is no whole number below ${below}`);
}

/** `3600`, `1h`, `1h30m`. */
function seconds(text: string): number {
  if (!/^(?:\d+[smhdw]?)+$/i.test(text)) throw new Error(`${text} is no time`);
  const parts = [...text.toLowerCase().matchAll(/(\d+)([smhdw]?)/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * SECONDS[unit!]!, 0);
}
