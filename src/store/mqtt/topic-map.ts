import { badOption } from '../../core/options/option-problem.js';

/** The wildcard for one name. */
const ONE = Symbol('one');
/** The wildcard for all further names. */
const REST = Symbol('rest');
type Part = string | typeof ONE | typeof REST;

/** The prefix of a shared subscription; the topic of a message does not have it. */
const SHARED = /^\$share\/[^/]+\//;

/**
 * A pattern of topics and a pattern of paths. Their wildcards stand for the same names in the same order: `home/+/set`
 * and `on/*`, `home/#` and `devices/**`.
 */
export class TopicMap {
  readonly #topic: readonly Part[];
  readonly #path: readonly Part[];

  /** @throws {TaskTonicError} `TT_BAD_OPTION` if the two patterns do not fit together. */
  constructor(topic: string, path: string, of: string, option: string) {
    const bad = (what: string): Error => badOption(of, option, what);
    this.#topic = parts(topic.replace(SHARED, ''), '+', '#', (level) => /[+#\0]/.test(level), () => bad(`its topic "${topic}" is not a topic filter`)); // prettier-ignore
    this.#path = parts(path, '*', '**', (name) => /^$|[*\p{Cc}]|#$|^\.$/u.test(name), () => bad(`its path "${path}" cannot be written to`)); // prettier-ignore
    if (wildcardsOf(this.#topic) !== wildcardsOf(this.#path))
      throw bad(`"${topic}" and "${path}" must have the same wildcards, + for * and # for **`);
  }

  /** The path of a topic; `undefined` if the topic does not match, `''` if a matched part cannot be a name. */
  pathOf(topic: readonly string[]): string | undefined {
    const names = captured(this.#topic, topic, 0);
    if (names === undefined) return undefined;
    return names.includes('') ? '' : filled(this.#path, names);
  }

  /** The topic of a path; `undefined` if the path does not match, `''` if a name of it cannot be in a topic. */
  topicOf(path: readonly string[]): string | undefined {
    const names = captured(this.#path, path, 1);
    if (names === undefined) return undefined;
    return names.some((name) => /[+#]/.test(name)) ? '' : filled(this.#topic, names);
  }
}

function parts(
  pattern: string,
  one: string,
  rest: string,
  isBad: (name: string) => boolean,
  bad: () => Error,
): readonly Part[] {
  const names = pattern.split('/');
  return names.map((name, at) => {
    if (name === one) return ONE;
    if (name === rest && at === names.length - 1) return REST;
    if (isBad(name)) throw bad();
    return name;
  });
}

function wildcardsOf(all: readonly Part[]): string {
  return all.map((part) => (part === ONE ? '+' : part === REST ? '#' : '')).join('');
}

/**
 * The names that the wildcards match; `undefined` if the pattern does not match. @param least the fewest names that
 * REST matches.
 */
function captured(pattern: readonly Part[], names: readonly string[], least: number): string[] | undefined {
  const hasRest = pattern.at(-1) === REST;
  const fixed = hasRest ? pattern.length - 1 : pattern.length;
  if (hasRest ? names.length < fixed + least : names.length !== fixed) return undefined;
  const found: string[] = [];
  for (let at = 0; at < fixed; at++) {
    if (pattern[at] === ONE) found.push(names[at]!);
    else if (pattern[at] !== names[at]) return undefined;
  }
  return hasRest ? found.concat(names.slice(fixed)) : found;
}

function filled(pattern: readonly Part[], names: readonly string[]): string {
  let next = 0;
  const all = pattern.flatMap((part) => (part === ONE ? names[next++]! : part === REST ? names.slice(next) : part));
  return all.join('/');
}
