import type * as v from 'valibot';
import { type Path, isSecret, shown, valueAt } from '../core/options/data-tree.js';
import { type TaskTonicError, fail } from '../core/errors.js';
import { nearest } from '../core/options/nearest.js';
import { childrenOf, namesIn } from '../core/options/schema-parts.js';
import { type Issue, closest, isMissing, isUnknown, wanted } from '../core/options/schema-problems.js';

export const MISSING = 'is missing';
export const IN_CODE = 'creatingFormula()';

/** One thing that is wrong in a configuration. */
export interface ConfigurationProblem {
  /** The path, such as `log/slowSparkle`; empty if a source as a whole is wrong. */
  readonly path: string;
  /** The source of the value; `undefined` for `creatingFormula()`, and for a missing value. */
  readonly source: string | undefined;
  /** The value, unless it is secret or long, such as `is "abc"`. */
  readonly is: string;
  /** What it must be instead. */
  readonly must: string;
  /** @internal The path that was most likely meant by one that is not known. */
  readonly meant?: string;
}

/** What a check of data against a schema found, as problems. */
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

/** Something stands where nothing of that name is known. */
export function unknownAt(
  path: Path,
  source: string | undefined,
  around: readonly v.GenericSchema[],
): ConfigurationProblem {
  const names = namesIn(around);
  const meant = meantBy(path.at(-1)!, names);
  const must = meant === undefined ? `known there: ${names.join(', ') || 'nothing'}` : `perhaps ${meant} is meant`;
  const told = { path: path.join('/'), source, is: 'is not known', must };
  return meant === undefined ? told : { ...told, meant: [...path.slice(0, -1), meant].join('/') };
}

/** The known name that another was most likely meant to be. A short name has fewer letters to be wrong. */
export function meantBy(name: string, names: readonly string[]): string | undefined {
  return nearest(name, names, Math.min(3, Math.floor(name.length / 2)));
}

/** A user's own message may quote the value. */
function withoutSecret(message: string, input: unknown, path: Path): string {
  const quoted = typeof input === 'string' || typeof input === 'number' ? String(input) : '';
  return isSecret(path) && quoted !== '' && message.includes(quoted) ? 'must be another value' : message;
}

/**
 * All problems as one error: `TT_BAD_OPTION` where nothing but code is wrong, else `TT_BAD_CONFIGURATION`, which the one who starts the
 * program can mend.
 *
 * @param asked whether anything but code was asked: only then can it be the one to blame for what is missing.
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

/** `it is 0, and must be more than 0; log/to ...`: the first as what is wrong with an option. */
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
 * The problems in lines, for who starts the program: each with where it was set and what to do.
 *
 * @param waysToGive how what is missing may be given.
 */
export function toldToUser(problems: readonly ConfigurationProblem[], waysToGive: (path: Path) => string): string {
  const told = problems.map(({ path, source, is, must }): ConfigurationProblem => {
    if (is === MISSING) return { path, source, is, must: `${must} (${waysToGive(path.split('/'))})` };
    // What code says of itself has no other source.
    const from = path === '' || path === IN_CODE ? source : (source ?? IN_CODE);
    return { path, source: from, is, must };
  });
  return inLines(told);
}

const MOST_CHARACTERS = 200;

/** A path may have any names that a file gives: nothing in it moves a terminal's cursor or begins a line of a log. */
function printable(path: string): string {
  const short = path.length > MOST_CHARACTERS ? `${path.slice(0, MOST_CHARACTERS)}...` : path;
  return short.replace(/\p{Cc}/gu, '?');
}

/** So many are shown; the rest is counted. */
const MOST_LINES = 50;

function listed(problems: readonly ConfigurationProblem[]): string {
  return problems.length === 1 ? line(problems[0]!) : inLines(problems);
}

/** All of them in one line, for a log. */
export function oneLine(problems: readonly ConfigurationProblem[]): string {
  const more = problems.length > MOST_LINES ? [`and ${problems.length - MOST_LINES} more`] : [];
  return [...problems.slice(0, MOST_LINES).map(line), ...more].join('; ');
}

function inLines(problems: readonly ConfigurationProblem[]): string {
  const more = problems.length > MOST_LINES ? [`and ${problems.length - MOST_LINES} more`] : [];
  return [...problems.slice(0, MOST_LINES).map(line), ...more].map((text) => `\n  - ${text}`).join('');
}

/** The schemas of what may stand at a path. */
export function schemasAlong(schemas: readonly v.GenericSchema[], path: Path): readonly v.GenericSchema[] {
  return path.reduce<readonly v.GenericSchema[]>((above, key) => childrenOf(above, key), schemas);
}
