import type * as v from 'valibot';
import { type Path, isSecret, shown, valueAt } from './configuration-tree.js';
import { type ErrorDetails, type TaskTonicError, fail } from './errors.js';
import { nearest } from './nearest.js';
import { childrenOf, namesIn } from './schema-parts.js';
import { type Issue, isMissing, isUnknown, wanted } from './schema-problems.js';

/** One thing that is wrong in a configuration. */
export interface ConfigurationProblem {
  /** Where, such as `log/slowSparkle`; empty where a source as a whole is wrong. */
  readonly path: string;
  /** Where the value came from; `undefined` for `creatingFormula()`, and for what nobody gave. */
  readonly source: string | undefined;
  /** The value, unless it is secret or long, such as `is "abc"`. */
  readonly is: string;
  /** What is wanted instead. */
  readonly must: string;
}

/** What a check of data against a schema found, as problems. */
export function problemsOf(
  issues: readonly Issue[],
  data: unknown,
  sourceOf: (path: Path) => string | undefined,
  schemasAt: (path: Path) => readonly v.GenericSchema[],
  below: Path = [],
): ConfigurationProblem[] {
  return issues.map((issue) => {
    const path = [...below, ...(issue.path ?? []).map(({ key }) => String(key))];
    const at = { path: path.join('/'), source: sourceOf(path) };
    if (isUnknown(issue)) return unknownAt(path, at.source, schemasAt(path.slice(0, -1)));
    if (isMissing(issue)) return { ...at, is: 'is missing', must: 'must be given' };
    return {
      ...at,
      is: `is ${shown(valueAt(data, path), path)}`,
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
  const above = path.slice(0, -1);
  const meant = nearest(path.at(-1)!, names, 3);
  const must =
    meant === undefined
      ? `${above.length === 0 ? 'there is' : `${above.join('/')} has`} ${names.join(', ') || 'nothing'}`
      : `did you mean ${[...above, meant].join('/')}?`;
  return { path: path.join('/'), source, is: 'is not known', must };
}

/** A user's own message may quote the value. */
function withoutSecret(message: string, input: unknown, path: Path): string {
  const quoted = typeof input === 'string' || typeof input === 'number' ? String(input) : '';
  return isSecret(path) && quoted !== '' && message.includes(quoted) ? 'must be another value' : message;
}

/**
 * All problems as one error: `TT_BAD_OPTION` where nothing but code is wrong, else `TT_BAD_CONFIGURATION`, which the one who starts the
 * program can mend.
 */
export function errorOf(problems: readonly ConfigurationProblem[]): TaskTonicError {
  const [first, ...more] = problems;
  if (first === undefined || problems.some(({ source, path }) => source !== undefined || path === '')) {
    const details: ErrorDetails = { problems: listed(problems.map(line)), list: problems };
    return fail('TT_BAD_CONFIGURATION', details);
  }
  const others = more.map((problem) => `; ${line(problem)}`).join('');
  const problem = `${first.is === 'is missing' ? 'it is missing, and' : `it ${first.is},${first.must.startsWith('must') ? ' and' : ''}`} ${first.must}${others}`;
  return fail('TT_BAD_OPTION', { class: 'the Formula', option: first.path, problem, list: problems });
}

function line({ path, source, is, must }: ConfigurationProblem): string {
  const head = [path, is, source === undefined ? '' : `(from ${source})`].filter((part) => part !== '').join(' ');
  return must === '' ? head : `${head}: ${must.startsWith('must') ? `it ${must}` : must}`;
}

function listed(lines: readonly string[]): string {
  return lines.length === 1 ? lines[0]! : lines.map((text) => `\n  - ${text}`).join('');
}

/** The schemas of what may stand at a path. */
export function schemasAlong(schemas: readonly v.GenericSchema[], path: Path): readonly v.GenericSchema[] {
  return path.reduce<readonly v.GenericSchema[]>((above, key) => childrenOf(above, key), schemas);
}
