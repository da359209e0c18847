import * as v from 'valibot';
import { shown } from './data-tree.js';
import { type TaskTonicError, fail } from '../errors.js';
import { nearest } from './nearest.js';
import { type Issue, closest, isMissing, isUnknown, wanted } from './schema-problems.js';
import { isError } from '../plain.js';

// Describes invalid options in words. The description of the option says what is allowed.

const MISSING = 'it is missing, and must be given';

/** The error for an invalid option: `problem` completes "The option port of TcpServer is not right: ...". */
export function badOption(of: string, option: string, problem: string): TaskTonicError {
  return fail('TT_BAD_OPTION', { class: of, option, problem });
}

/** The error for a value that does not fit its description. */
export function badValue(of: string, option: string, value: unknown, entry: v.GenericSchema): TaskTonicError {
  let issues: readonly Issue[] | undefined;
  try {
    ({ issues } = v.safeParse(entry, value));
  } catch (thrown) {
    return unreadable(of, option, thrown);
  }
  // Unknown options come first: a missing one may be there under a wrong name.
  const issue = firstOf(issues?.map(closest) ?? []);
  if (issue === undefined) return badOption(of, option, `it is ${told(value, option)}, and changes while it is read`);
  const path = v.getDotPath(issue);
  const at = path === null ? option : `${option}.${path}`;
  if (isUnknown(issue)) return badOption(of, at, NO_SUCH);
  if (isMissing(issue) || (value === undefined && path === null)) return badOption(of, at, MISSING);
  return badOption(of, at, `it is ${told(issue.input, at)}, and ${wanted(issue)}`);
}

function firstOf(issues: readonly Issue[]): Issue | undefined {
  return issues.find(isUnknown) ?? issues[0];
}

const NO_SUCH = 'there is no such option';

/** The error for an unknown option. For a short name fewer typing errors are assumed. */
export function unknownOption(of: string, option: string, known: readonly string[], more = ''): TaskTonicError {
  const close = nearest(option, known, Math.min(3, Math.ceil(option.length / 2)));
  const hint = close === undefined ? '' : ` (did you mean ${close}?)`;
  return badOption(of, option, `${NO_SUCH}${hint}${more}`);
}

export function missingOption(of: string, option: string): TaskTonicError {
  return badOption(of, option, MISSING);
}

/** The error for options that are no object. */
export function noOptions(of: string, options: unknown): TaskTonicError {
  return badOption(of, '(all)', `it is ${told(options, '')}, and must be an object`);
}

/** The error for a getter or a proxy that threw. */
export function unreadable(of: string, option: string, thrown: unknown): TaskTonicError {
  return badOption(of, option, `it cannot be read: ${isError(thrown) ? thrown.message : told(thrown, '')}`);
}

/** The text of a value in an error. It never throws. */
export function told(value: unknown, option: string): string {
  if (typeof value === 'bigint') return `${value}n`;
  try {
    return shown(value, option.split('.'));
  } catch {
    return 'something that cannot be read';
  }
}
