import { ERRORS, type ErrorCode, TaskTonicError } from '../../core/errors.js';
import { define } from './leaves.js';
import type { ErrorRef, Importer, Ref, Refs } from './refs.js';

/** Puts functions, errors and other replaced values in their places. */
export function unpack(args: unknown[], refs: Refs, importer: Importer): void {
  for (const [holder, key, ref] of refs) {
    if (ref.kind === 'buffer') asBuffer(ref.bytes);
    else define(holder ?? args, key, unpackRef(ref, importer));
  }
  // Last, because now everything that errors contain exists.
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

/**
 * Turns the bytes into a Buffer without copying them, because a Map may contain them at a place that refs cannot name.
 */
function asBuffer(bytes: Uint8Array): unknown {
  return Object.setPrototypeOf(bytes, Buffer.prototype as object);
}

const ERROR_CLASSES = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

/** Makes an error of its class, if that is one of JavaScript or of TaskTonic; the fields follow. */
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

/** An error may occur in many places, but gets its fields once. */
function fillError(ref: ErrorRef): void {
  const { made, fields, shown } = ref;
  if (made === undefined) return;
  for (const [at, key] of Object.keys(fields).entries()) define(made, key, fields[key], at < shown);
  delete ref.made;
}
