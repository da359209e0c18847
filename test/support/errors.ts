import { expect } from 'chai';
import { type ErrorCode, TaskTonicError } from '../../src/index.js';

/** Calls `body`, which must throw the error with this code. */
export function thrownBy(body: () => unknown): Error {
  try {
    body();
  } catch (thrown) {
    return thrown as Error;
  }
  throw new Error('nothing was thrown');
}

export function expectCode(error: unknown, code: ErrorCode): TaskTonicError {
  expect(error, `an error with the code ${code}`).to.be.instanceOf(TaskTonicError);
  expect((error as TaskTonicError).code, (error as Error).message).to.equal(code);
  return error as TaskTonicError;
}

export function expectThrow(body: () => unknown, code: ErrorCode): TaskTonicError {
  return expectCode(thrownBy(body), code);
}

export async function expectRejection(promise: Promise<unknown>, code: ErrorCode): Promise<TaskTonicError> {
  return promise.then(
    () => expect.fail(`no rejection with ${code}`),
    (reason: unknown) => expectCode(reason, code),
  );
}

/** The code of what `body` throws; `undefined` where it throws nothing. */
export function codeOf(body: () => unknown): string | undefined {
  try {
    body();
    return undefined;
  } catch (thrown) {
    return (thrown as { readonly code?: string }).code ?? String(thrown);
  }
}
