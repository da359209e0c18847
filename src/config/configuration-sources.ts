import { readFileSync, statSync } from 'node:fs';
import type * as v from 'valibot';
import { type Path, isPlainObject } from '../core/options/data-tree.js';
import { type Place, linesOf, readJson } from './json-text.js';

/** The sources of the configuration of a Formula, besides `creatingFormula()`. Only the sources given here are read. */
export interface ConfigurationSources {
  /**
   * A JSON file, of 1 MiB at most, relative to the working directory; it must exist. If the command line is read,
   * `--config other.json` replaces it. Default: none.
   */
  readonly file?:
    | string
    | {
        /** Where it is. */
        readonly path: string;
        /** Whether it may be missing. Default false. */
        readonly optional?: boolean | undefined;
      }
    | undefined;
  /**
   * The beginning of the names of environment variables, such as `APP_`: `APP_LOG__DEFAULT` is then `log/default`, and
   * `APP_SERVER__MAX_PEERS` is `server/maxPeers`. Default: none.
   */
  readonly env?:
    | string
    | {
        /** The beginning of the names. */
        readonly prefix: string;
        /** The environment to read. Default: `process.env`. */
        readonly from?: Environment | undefined;
      }
    | undefined;
  /**
   * Whether the command line is read (`--log.default=full`), or the words to be read in its place. Then `--help` prints all settings, and
   * nothing is started. Default false.
   */
  readonly args?: boolean | readonly string[] | undefined;
  /**
   * Whether SIGHUP has all of them read again. What may change while the app runs says so in its schema: `v.metadata({ reload: true })`.
   * Default false: SIGHUP ends the process, as it does without us.
   */
  readonly sighup?: boolean | undefined;
  /** What the app's own sections must look like: a schema of valibot (https://valibot.dev). Default: anything. */
  readonly schema?: v.GenericSchema | undefined;
}

/** Environment variables, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One value from the environment or the command line. */
export interface Given {
  /** Names as written; their spelling is matched later. */
  readonly path: Path;
  readonly text: string;
  /** Whether only the name was given, which means true or false. */
  readonly isBare?: boolean;
  readonly kind: 'env' | 'args';
  /** The source in an error: `the environment variable APP_X`. */
  readonly from: string;
}

/** The content of a file. */
export interface FileContent {
  readonly value: Readonly<Record<string, unknown>>;
  readonly place: Place;
  /** The description of a place in an error: `app.json:3:5`. */
  nameOf(place: Place): string;
}

/** A problem of a source as a whole. */
export class SourceFault {
  constructor(readonly problem: string) {}
}

const MOST_BYTES = 1_048_576;

/** Reads a JSON file; `undefined` if it is missing and optional. */
export function fromFile(path: string, optional: boolean): FileContent | SourceFault | undefined {
  const text = readText(path, optional);
  if (text === undefined || text instanceof SourceFault) return text;
  const json = readJson(text);
  const lines = linesOf(text);
  if ('problem' in json) return new SourceFault(`${path}:${lines(json.offset)} is not JSON: ${json.problem}`);
  const { value, place } = json;
  if (!isPlainObject(value))
    return new SourceFault(`${path} must hold an object, such as {"log": {"default": "full"}}`);
  return { value, place, nameOf: ({ offset }) => `${path}:${lines(offset)}` };
}

function readText(path: string, optional: boolean): string | SourceFault | undefined {
  try {
    // Checked before it is opened: opening a pipe would wait for a writer.
    const found = statSync(path);
    if (!found.isFile()) return new SourceFault(`${path} is not a file`);
    if (found.size > MOST_BYTES) return new SourceFault(`${path} has ${found.size} bytes, more than ${MOST_BYTES}`);
    const bytes = readFileSync(path);
    if (bytes.length > MOST_BYTES) return new SourceFault(`${path} has more than ${MOST_BYTES} bytes`);
    // `fatal`: invalid bytes are an error, and are not replaced. A byte order mark at the beginning is left out.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') return optional ? undefined : new SourceFault(`there is no file ${path}`);
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return new SourceFault(`${path} is not UTF-8`);
    return new SourceFault(`the file ${path} cannot be read (${code ?? message})`);
  }
}

/**
 * The environment variables whose names begin with the prefix. A variable for a section comes before those for its
 * members, which override it.
 */
export function fromEnvironment(prefix: string, env: Environment): Given[] {
  return Object.keys(env)
    .filter((name) => name.startsWith(prefix) && name !== prefix && env[name] !== undefined)
    .map((name): Given => ({
      path: name.slice(prefix.length).split('__'),
      text: env[name]!,
      kind: 'env',
      from: `the environment variable ${name}`,
    }))
    .sort((a, b) => inOrder(a.path, b.path));
}

/** A section before its members, and elements of a list by their number. */
function inOrder(a: Path, b: Path): number {
  const at = a.findIndex((name, depth) => name !== b[depth]);
  const [one, other] = [a[at], b[at]];
  if (one === undefined || other === undefined) return a.length - b.length;
  return Number(one) - Number(other) || (one < other ? -1 : 1);
}

/** The words of the command line, if it is read. */
export function wordsOf({ args = false }: ConfigurationSources): readonly string[] {
  return args === true ? process.argv.slice(2) : args === false ? [] : args;
}

/** The content of a command line: its values, and the file that it names. */
export interface CommandLine {
  readonly given: readonly Given[];
  readonly file: string | undefined;
  readonly faults: readonly SourceFault[];
}

/**
 * Reads `--log.default=full`, `--log/default full`, `--shutdown.signals` and `--no-shutdown.signals`, up to `--`.
 *
 * @param isFlag whether a path needs no value, so that the next word is not its value.
 */
export function fromArguments(words: readonly string[], isFlag: (path: Path) => boolean): CommandLine {
  const given: Given[] = [];
  const faults: SourceFault[] = [];
  let file: string | undefined;
  for (let at = 0; at < words.length && words[at] !== '--'; at++) {
    const word = words[at]!;
    const [, name, inline] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined) {
      faults.push(
        new SourceFault(`the command line has ${shownWord(word)}: write --path=value, such as --log.default=full`),
      );
      continue;
    }
    const next = words[at + 1];
    const path = name.split(name.includes('/') ? '/' : '.');
    const takesNext = inline === undefined && next !== undefined && !next.startsWith('--') && !isFlag(path);
    if (takesNext) at++;
    const value = inline ?? (takesNext ? next : undefined);
    if (name === 'config') {
      if (value === undefined || value === '')
        faults.push(new SourceFault('--config must name a file: --config app.json'));
      else file = value;
    } else if (value === undefined && name.startsWith('no-')) {
      const plain = name.slice(3);
      given.push({ ...argument(plain.split(plain.includes('/') ? '/' : '.'), 'false', name), isBare: true });
    } else given.push({ ...argument(path, value ?? 'true', name), isBare: value === undefined });
  }
  return { given, file, faults };
}

function argument(path: Path, value: string, name: string): Given {
  return { path, text: value, kind: 'args', from: `the command line (--${name})` };
}

/** A word without an option may be the value of a secret option: it is shown only if it looks like a short option. */
function shownWord(word: string): string {
  return /^-[a-zA-Z]$/.test(word) ? word : 'an argument that belongs to no option';
}
