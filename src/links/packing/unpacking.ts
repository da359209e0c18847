import { ERRORS, type ErrorCode, TaskTonicError } from '../../core/errors.js';
import { define } from './leaves.js';
import type { ErrorRef, Importer, Ref, Refs } from './refs.js';

/** Puts things to call, errors and what else was replaced in their places. */
export function unpack(args: unknown[], refs: Refs, importer: Importer): void {
  for (const [holder, key, ref] of refs) {
    if (ref.kind === 'buffer') asBuffer(ref.bytes);
    else define(holder ?? args, key, unpackRef(ref, importer));
  }
  // Only now all is there that errors hold.
  for (const [, , ref] of refs) if (ref.kind === 'error') fillError(ref);
}

function unpackRef(ref: Exclude<Ref, { kind: 'buffer' }>, importer: Importer): unknown {
  switch (ref.kind) {
    case 'tonic':
      return importer.tonicOf(ref);
    case 'sparkle':
      return importer.sparkleOf(importer.tonicOf(ref.of), ref.key);
    case 'callback':
      return importer.callbackOf(ref.serial);
    case 'answer':
      return importer.answerOf(ref.serial);
    case 'reply':
      return importer.replyOf(ref.serial);
    case 'service':
      return importer.serviceOf(ref.name);
    case 'moved':
      return ref.isBuffer ? asBuffer(ref.value as Uint8Array) : ref.value;
    case 'error':
      return (ref.made ??= emptyError(ref));
  }
}

/** Makes the bytes a Buffer again where they lie: whoever holds them may be a Map, in which they have no place of their own. */
function asBuffer(bytes: Uint8Array): unknown {
  return Object.setPrototypeOf(bytes, Buffer.prototype as object);
}

const ERROR_CLASSES = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

/** An error of the class that it had, where that is JavaScript's or ours; its fields follow. */
function emptyError({ name, message, stack, fields }: ErrorRef): Error {
  const error = newError(name, message, fields['code']);
  if (error.name !== name) define(error, 'name', name, false);
  if (error.message !== message) define(error, 'message', message, false);
  define(error, 'stack', stack, false);
  return error;
}

function newError(name: string, message: string, code: unknown): Error {
  if (name === 'TaskTonicError' && Object.hasOwn(ERRORS, String(code))) return new TaskTonicError(code as ErrorCode);
  if (name === 'AggregateError') return new AggregateError([], message);
  const ErrorClass = Object.hasOwn(ERROR_CLASSES, name) ? ERROR_CLASSES[name as keyof typeof ERROR_CLASSES] : Error;
  return new ErrorClass(message);
}

/** It may be in many places; its fields it gets once. */
function fillError(ref: ErrorRef): void {
  const { made, fields, shown } = ref;
  if (made === undefined) return;
  for (const [at, key] of Object.keys(fields).entries()) define(made, key, fields[key], at < shown);
  delete ref.made;
}
