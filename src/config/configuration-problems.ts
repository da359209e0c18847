import type * as v from 'valibot';
import { type Path, isSecret, shown, valueAt } from '../core/options/data-tree.js';
import { type TaskTonicError, fail } from '../core/errors.js';
import { nearest } from '../core/options/nearest.js';
import { childrenOf, namesIn } from '../core/options/schema-parts.js';
import { type Issue, closest, isMissing, isUnknown, wanted } from '../core/options/schema-problems.js';

export const MISSING = 'is missing';
export const IN_CODE = 'creatingFormula()';

/** One problem in a configuration. */
export interface ConfigurationProblem {
  /** The path, such as `log/slowSparkle`; empty if a source as a whole is wrong. */
  readonly path: string;
  /** The source of the value; `undefined` for `creatingFormula()`, and for a missing value. */
  readonly source: string | undefined;
  /** The value, unless it is secret or long, such as `is "abc"`. */
  readonly is: string;
  /** What it must be instead. */
  readonly must: string;
  /** @internal The known path that was probably meant. */
  readonly meant?: string;
}

/** The problems that a check of data against a schema has found. */
export function problemsOf(
  issues: readonly Issue[],
  data: unknown,
  sourceOf: (path: Path) => string | undefined,
  schemasAt: (path: Path) => readonly v.GenericSchema[],
  below: Path = [],
): ConfigurationProblem[] {
  return issues.map(closest).map((issue) => {
    const path = [...below, ...(issue.path ?? []).map(({ key }) => String(key))];
    const at = { path: path.join('/'), source: sourceOf(path) };
    if (isUnknown(issue)) return unknownAt(path, at.source, schemasAt(path.slice(0, -1)));
    if (isMissing(issue)) return { ...at, is: MISSING, must: 'must be given' };
    const value = valueAt(data, path);
    return {
      ...at,
      is: value === undefined ? MISSING : `is ${shown(value, path)}`,
      must: withoutSecret(wanted(issue), issue.input, path),
    };
  });
}

/** The problem of an unknown name. */
export function unknownAt(
  path: Path,
  source: string | undefined,
  around: readonly v.GenericSchema[],
): ConfigurationProblem {
  const names = namesIn(around);
  const meant = likelyName(path.at(-1)!, names);
  const must = meant === undefined ? `known there: ${names.join(', ') || 'nothing'}` : `perhaps ${meant} is meant`;
  const told = { path: path.join('/'), source, is: 'is not known', must };
  return meant === undefined ? told : { ...told, meant: [...path.slice(0, -1), meant].join('/') };
}

/** The known name that was probably meant. For a short name fewer typing errors are assumed. */
export function likelyName(name: string, names: readonly string[]): string | undefined {
  return nearest(name, names, Math.min(3, Math.floor(name.length / 2)));
}

/** A message of the user's schema may contain the value. */
function withoutSecret(message: string, input: unknown, path: Path): string {
  const quoted = typeof input === 'string' || typeof input === 'number' ? String(input) : '';
  return isSecret(path) && quoted !== '' && message.includes(quoted) ? 'must be another value' : message;
}

/**
 * All problems as one error: `TT_BAD_OPTION` if only values from code are wrong, otherwise `TT_BAD_CONFIGURATION`,
 * which the person who starts the program can correct.
 *
 * @param asked whether other sources than code are read: only then can a missing value be their fault.
 */
export function errorOf(problems: readonly ConfigurationProblem[], asked: boolean): TaskTonicError {
  const [first] = problems;
  const outside = problems.some(
    ({ source, path, is }) => source !== undefined || path === '' || (asked && is === MISSING),
  );
  if (first === undefined || outside) {
    return fail('TT_BAD_CONFIGURATION', { problems: listed(problems), list: problems });
  }
  return fail('TT_BAD_OPTION', { class: 'the Formula', option: first.path, problem: inCode(problems), list: problems });
}

/** `it is 0, and must be more than 0; log/to ...`: the first problem in the form of an option error. */
function inCode([first, ...more]: readonly ConfigurationProblem[]): string {
  const { is, must } = first!;
  const said = `it ${is}, ${must.startsWith('must') ? 'and ' : ''}${must}`;
  return [said, ...more.slice(0, MOST_LINES).map(line)].join('; ');
}

function line({ path, source, is, must }: ConfigurationProblem): string {
  const head = [printable(path), is, source === undefined ? '' : `(from ${printable(source)})`]
    .filter((part) => part !== '')
    .join(' ');
  return must === '' ? head : `${head}: ${must.startsWith('must') ? `it ${must}` : must}`;
}

/**
 * The problems as lines for the person who starts the program: each with its source and what to do.
 *
 * @param waysToGive how a missing value can be given.
 */
export function problemsForUser(problems: readonly ConfigurationProblem[], waysToGive: (path: Path) => string): string {
  const told = problems.map(({ path, source, is, must }): ConfigurationProblem => {
    if (is === MISSING) return { path, source, is, must: `${must} (${waysToGive(path.split('/'))})` };
    // A problem of the code as a whole has no other source.
    const from = path === '' || path === IN_CODE ? source : (source ?? IN_CODE);
    return { path, source: from, is, must };
  });
  return inLines(told);
}

const MOST_CHARACTERS = 200;

/**
 * A path may contain any names from a file: control characters are removed, so that it cannot move the cursor or fake a
 * log line.
 */
function printable(path: string): string {
  const short = path.length > MOST_CHARACTERS ? `${path.slice(0, MOST_CHARACTERS)}...` : path;
  return short.replace(/\p{Cc}/gu, '?');
}

/** The most problems that are shown; the others are counted. */
const MOST_LINES = 50;

function listed(problems: readonly ConfigurationProblem[]): string {
  return problems.length === 1 ? line(problems[0]!) : inLines(problems);
}

/** All problems in one line, for a log. */
export function oneLine(problems: readonly ConfigurationProblem[]): string {
  const more = problems.length > MOST_LINES ? [`and ${problems.length - MOST_LINES} more`] : [];
  return [...problems.slice(0, MOST_LINES).map(line), ...more].join('; ');
}

function inLines(problems: readonly ConfigurationProblem[]): string {
  const more = problems.length > MOST_LINES ? [`and ${problems.length - MOST_LINES} more`] : [];
  return [...problems.slice(0, MOST_LINES).map(line), ...more].map((text) => `\n  - ${text}`).join('');
}

/** The schemas of the value at a path. */
export function schemasAlong(schemas: readonly v.GenericSchema[], path: Path): readonly v.GenericSchema[] {
  return path.reduce<readonly v.GenericSchema[]>((above, key) => childrenOf(above, key), schemas);
}
