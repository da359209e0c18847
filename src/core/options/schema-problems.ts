import type * as v from 'valibot';

const KINDS: Readonly<Record<string, string>> = {
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  Object: 'an object',
  Array: 'a list',
};

/** A problem that the check of a schema has found. */
export type Issue = v.BaseIssue<unknown>;

/** For a union, the problem within the alternative that is an object: it says more than that no alternative fits. */
export function closest(issue: Issue): Issue {
  const inner = issue.type === 'union' ? issue.issues?.find(({ path }) => path !== undefined) : undefined;
  if (inner?.path === undefined) return issue;
  return { ...inner, path: [...(issue.path ?? []), ...inner.path] };
}

/** Whether a member is not described. */
export function isUnknown({ type, expected }: Issue): boolean {
  return type === 'strict_object' && expected === 'never';
}

/** Whether a required member is missing. */
export function isMissing({ kind, input, path }: Issue): boolean {
  return kind === 'schema' && input === undefined && path !== undefined;
}

/** What is expected, such as `must be a number`; or the text of the description itself. */
export function wanted({ message, expected }: Issue): string {
  if (!message.startsWith('Invalid ')) return message;
  return `must be ${KINDS[expected ?? ''] ?? expected ?? 'another value'}`;
}
