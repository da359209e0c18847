// Master files (RFC 1035, section 5): $ORIGIN, $TTL, @, parentheses, what a line takes from the one before it.
import { isIPv4, isIPv6 } from 'node:net';
import { type Answer, encode } from 'dns-packet';

type Reads = (word: string, origin: string) => unknown;

/** What the data of a type are: one value, or several with their names in the codec. TXT has texts, as many as wanted. */
const DATA: Readonly<Record<string, Reads | Readonly<Record<string, Reads>>>> = {
  A: (word) => address(word, isIPv4),
  AAAA: (word) => address(word, isIPv6),
  ...{ NS: absolute, CNAME: absolute, PTR: absolute },
  MX: { preference: number, exchange: absolute },
  SRV: { priority: number, weight: number, port: number, target: absolute },
  SOA: { mname: absolute, rname: absolute, serial: number, refresh: time, retry: time, expire: time, minimum: time },
};
const SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };
const TIME = /^(?:\d+[smhdw]?)+$/i;
const NAME = /^(?=.{0,253}$)(?:[^.]{1,63}(?:\.[^.]{1,63})*)?$/;
/** A line end, a comment, a text in quotes, a word, or a parenthesis. */
const TOKEN = /\n|;[^\n]*|"((?:[^"\\\n]|\\.)*)"|[()]|(?:[^\s;()"\\]|\\.)+|[^\s]/g;

/**
 * Reads a zone. Names are in lower case, without a dot at their end.
 *
 * @throws {Error} with the line where something is wrong.
 */
export function readZone(file: string): Answer[] {
  const records: Answer[] = [];
  const last = { origin: '', ttl: 3_600, owner: '' };
  for (const { line, words, inherits } of entries(file)) {
    try {
      if (words[0] === '$ORIGIN') last.origin = absolute(words[1] ?? '', last.origin);
      else if (words[0] === '$TTL') last.ttl = time(words[1] ?? '');
      else if (words[0]!.startsWith('$')) throw new Error(`${words[0]} is not known`);
      else {
        if (!inherits) last.owner = absolute(words.shift()!, last.origin);
        records.push(record(words, last));
      }
    } catch (error) {
      throw new Error(`line ${line} of the zone: ${(error as Error).message}`, { cause: error });
    }
  }
  return records;
}

/** An entry is a line, or several where there is a parenthesis. */
function* entries(file: string): Generator<{ line: number; words: string[]; inherits: boolean }> {
  let [line, depth] = [1, 0];
  let entry = { line, words: [] as string[], inherits: /^[ \t]/.test(file) };
  for (const { 0: token, 1: quoted, index } of `${file}\n`.matchAll(TOKEN)) {
    if (token === '(') depth++;
    else if (token === ')') depth--;
    else if (token !== '\n' && token[0] !== ';') entry.words.push(quoted?.replace(/\\(.)/g, '$1') ?? token);
    if (token !== '\n') continue;
    line++;
    if (depth > 0) continue;
    if (entry.words.length > 0) yield entry;
    entry = { line, words: [], inherits: /[ \t]/.test(file[index + 1] ?? '') };
  }
  if (depth > 0) throw new Error(`line ${entry.line} of the zone: a parenthesis has no end`);
}

function record(words: string[], { origin, ttl, owner }: { origin: string; ttl: number; owner: string }): Answer {
  for (; TIME.test(words[0] ?? '') || words[0]?.toUpperCase() === 'IN'; words.shift())
    if (words[0]!.toUpperCase() !== 'IN') ttl = time(words[0]!);
  const type = (words.shift() ?? '').toUpperCase();
  const made = { name: owner, type, ttl, data: type === 'TXT' ? words : dataOf(type, words, origin) } as Answer;
  // The codec throws where a number is too large.
  encode({ type: 'response', answers: [made] });
  return made;
}

function dataOf(type: string, words: readonly string[], origin: string): unknown {
  const reads = DATA[type];
  if (reads === undefined) throw new Error(`${type} is no type that is served: TXT ${Object.keys(DATA).join(' ')}`);
  const fields = typeof reads === 'function' ? [] : Object.entries(reads);
  const wanted = fields.length || 1;
  if (words.length !== wanted) throw new Error(`${type} has ${words.length} fields, and should have ${wanted}`);
  if (typeof reads === 'function') return reads(words[0]!, origin);
  return Object.fromEntries(fields.map(([field, read], at) => [field, read(words[at]!, origin)]));
}

function absolute(name: string, origin: string): string {
  const below = origin === '' ? '' : `.${origin}`;
  const whole = name === '@' ? origin : name.endsWith('.') ? name.slice(0, -1) : `${name}${below}`;
  if (!NAME.test(whole)) throw new Error(`${name} is no name`);
  return whole.toLowerCase();
}

function address(word: string, isAddress: (word: string) => boolean): string {
  if (!isAddress(word)) throw new Error(`${word} is no address of this type`);
  return word;
}

function number(word: string): number {
  if (!/^\d+$/.test(word)) throw new Error(`${word} is no whole number`);
  return Number(word);
}

/** In seconds: `3600`, `1h`, `1h30m`. */
function time(word: string): number {
  if (!TIME.test(word)) throw new Error(`${word} is no time`);
  const parts = [...word.toLowerCase().matchAll(/(\d+)([smhdw]?)/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * SECONDS[unit!]!, 0);
}
