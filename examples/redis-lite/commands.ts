import type { RespReply } from 'tasktonic/framing';
import type { Keys } from './keys.js';

type Command = readonly [arity: number, run: (keys: Keys, words: readonly string[]) => RespReply];

const OK = { status: 'OK' };
/** Peers' words are shown in errors, which are one line each. */
export const error = (text: string): RespReply => ({ error: text.replace(/[\r\n]/g, ' ').slice(0, 300) });
const NO_INTEGER = error('ERR value is not an integer or out of range');
const FULL = error("OOM command not allowed when used memory > 'maxmemory'.");
const INTEGER = /^(?:0|-?[1-9]\d{0,18})$/;
const LARGEST = 2n ** 63n - 1n;

/** By their names. As in Redis the arity counts the name; where it is negative, there may be more words. */
const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['GET', [2, (keys, words) => keys.get(words[1]!) ?? null]],
  ['SET', [-3, set]],
  ['DEL', [-2, (keys, [, ...names]) => names.filter((key) => keys.delete(key)).length]],
  ['INCR', [2, (keys, [, key]) => increase(keys, key!)]],
  ['EXPIRE', [3, (keys, [, key, seconds]) => expire(keys, key!, seconds!)]],
  ['TTL', [2, (keys, [, key]) => timeToLive(keys.ttlOf(key!))]],
  ['PING', [-1, (_keys, [, text]) => text ?? { status: 'PONG' }]],
  ['INFO', [-1, info]],
  ['CONFIG', [-3, configured]],
]);

/** Runs a command. */
export function run(keys: Keys, words: readonly string[]): RespReply {
  const name = words[0]!;
  const command = COMMANDS.get(name) ?? COMMANDS.get(name.toUpperCase());
  if (command === undefined) {
    const args = words.slice(1, 20).map((word) => `'${word.slice(0, 128)}' `);
    return error(`ERR unknown command '${name.slice(0, 128)}', with args beginning with: ${args.join('')}`);
  }
  const [arity, execute] = command;
  if (arity < 0 ? words.length >= -arity : words.length === arity) return execute(keys, words);
  return error(`ERR wrong number of arguments for '${name.toLowerCase()}' command`);
}

function set(keys: Keys, words: readonly string[]): RespReply {
  if (words.length === 3) return keys.set(words[1]!, words[2]!) ? OK : FULL;
  const [, key, value, unit = '', seconds, more] = words;
  if (unit.toUpperCase() !== 'EX' || seconds === undefined || more !== undefined) return error('ERR syntax error');
  if (!INTEGER.test(seconds)) return NO_INTEGER;
  if (Number(seconds) <= 0) return error("ERR invalid expire time in 'set' command");
  return keys.set(key!, value!, Number(seconds) * 1_000) ? OK : FULL;
}

function increase(keys: Keys, key: string): RespReply {
  const value = keys.get(key) ?? '0';
  const number = INTEGER.test(value) ? BigInt(value) + 1n : undefined;
  if (number === undefined || number < -LARGEST) return NO_INTEGER;
  if (number > LARGEST) return error('ERR increment or decrement would overflow');
  return keys.set(key, String(number), keys.ttlOf(key)) ? number : FULL;
}

function expire(keys: Keys, key: string, seconds: string): RespReply {
  if (!INTEGER.test(seconds)) return NO_INTEGER;
  return keys.expire(key, Number(seconds) * 1_000) ? 1 : 0;
}

function timeToLive(ms = -2_000): number {
  return ms === Infinity ? -1 : Math.round(ms / 1_000);
}

function info({ bytes, limits, size }: Keys): string {
  return `# Server\r\nredis_version:7.0.0\r\n# Memory\r\nused_memory:${bytes}\r\nmaxmemory:${limits.bytes}\r\n# Keyspace\r\ndb0:keys=${size}\r\n`;
}

function configured({ limits }: Keys, [, how = '', ...names]: readonly string[]): RespReply {
  if (how.toUpperCase() !== 'GET') return error(`ERR unknown subcommand '${how}'. Try CONFIG HELP.`);
  const all = { maxmemory: String(limits.bytes), save: '', appendonly: 'no' };
  return Object.entries(all).flatMap((pair) => (names.includes('*') || names.includes(pair[0]) ? pair : []));
}
