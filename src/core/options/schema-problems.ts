import type * as v from 'valibot';

const KINDS: Readonly<Record<string, string>> = {
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  Object: 'an object',
  Array: 'a list',
};

/** What the check of a description (a schema of valibot) found. */
export type Issue = v.BaseIssue<unknown>;

/**
 * Of a value that may be one thing or another, what is wrong within it, where it is an object: that says more than that it fits none of them.
 */
export function closest(issue: Issue): Issue {
  const inner = issue.type === 'union' ? issue.issues?.find(({ path }) => path !== undefined) : undefined;
  if (inner?.path === undefined) return issue;
  return { ...inner, path: [...(issue.path ?? []), ...inner.path] };
}

/** Whether something stands there that is not described. */
export function isUnknown({ type, expected }: Issue): boolean {
  return type === 'strict_object' && expected === 'never';
}

/** Whether something that must be given is not. */
export function isMissing({ kind, input, path }: Issue): boolean {
  return kind === 'schema' && input === undefined && path !== undefined;
}

/** What is wanted there, such as `must be a number`; or what the description itself says. */
export function wanted({ message, expected }: Issue): string {
  if (!message.startsWith('Invalid ')) return message;
  return `must be ${KINDS[expected ?? ''] ?? expected ?? 'another value'}`;
}
