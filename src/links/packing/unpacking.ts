import { ERRORS, type ErrorCode, TaskTonicError } from '../../core/errors.js';
import { define } from './leaves.js';
import { BYTES, ERROR, ERROR_HEAD, type Importer, LIST, MAP, OBJECT, PART, REF, type Ref, type Refs, SET, SPARSE, type Tangle } from './refs.js'; // prettier-ignore

/** Puts things to call in the places of what was replaced. */
export function unpack(args: unknown[], refs: Refs, importer: Importer): void {
  for (const [path, ref] of refs) {
    let holder = args as unknown as Record<string | number, unknown>;
    for (const key of path.slice(0, -1)) holder = holder[key] as typeof holder;
    const last = path.at(-1)!;
    const value = unpackRef(ref, holder[last], importer);
    define(holder, last, value);
  }
}

function unpackRef(ref: Ref, value: unknown, importer: Importer): unknown {
  switch (ref.kind) {
    case 'tonic':
      return importer.tonicOf(ref);
    case 'sparkle':
      return importer.sparkleOf(unpackRef(ref.of, undefined, importer), ref.key);
    case 'callback':
      return importer.callbackOf(ref.serial);
    case 'answer':
      return importer.answerOf(ref.serial);
    case 'reply':
      return importer.replyOf(ref.serial);
    case 'service':
      return importer.serviceOf(ref.name);
    case 'buffer':
      return asBuffer(value as Uint8Array);
    case 'moved':
      return ref.isBuffer ? asBuffer(ref.value as Uint8Array) : ref.value;
    case 'tangle':
      return unpackTangle(ref.tangle, importer);
  }
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Makes all parts, then puts each in its places: so that parts may hold each other. */
function unpackTangle({ parts, tape, links, refs }: Tangle, importer: Importer): unknown {
  const made: unknown[] = [];
  for (let head = 0; head < parts.length; head += PART) made.push(emptyPart(parts, head, tape, refs, importer));
  for (const place of links) tape[place] = made[tape[place] as number];
  for (let number = 0; number < made.length; number++) {
    const from = parts[number * PART + 1]!;
    fill(parts[number * PART]!, made[number], tape, from, from + parts[number * PART + 2]!);
  }
  return (made[0] as [unknown])[0];
}

function emptyPart(
  parts: Int32Array,
  head: number,
  tape: readonly unknown[],
  refs: readonly Ref[],
  importer: Importer,
): unknown {
  const from = parts[head + 1]!;
  switch (parts[head]) {
    case OBJECT:
      return {};
    case LIST:
      return [];
    case SPARSE:
      return listOf(tape[from] as number);
    case MAP:
      return new Map();
    case SET:
      return new Set();
    case ERROR:
      return emptyError(tape.slice(from, from + parts[head + 2]!));
    case BYTES:
      return asBuffer(tape[from] as Uint8Array);
    case REF:
      return unpackRef(refs[tape[from] as number]!, undefined, importer);
    default:
      return tape[from];
  }
}

/** A list with nothing but holes, and no memory for each. */
function listOf(length: number): unknown[] {
  const list: unknown[] = [];
  list[length - 1] = undefined;
  delete list[length - 1];
  return list;
}

function fill(kind: number, part: unknown, tape: readonly unknown[], from: number, to: number): void {
  switch (kind) {
    case OBJECT:
      for (let at = from; at < to; at += 2) setField(part as object, tape[at] as string, tape[at + 1]);
      break;
    case LIST:
      for (let at = from; at < to; at++) (part as unknown[]).push(tape[at]);
      break;
    case SPARSE:
      for (let at = from + 1; at < to; at += 2) (part as unknown[])[tape[at] as number] = tape[at + 1];
      break;
    case MAP:
      for (let at = from; at < to; at += 2) (part as Map<unknown, unknown>).set(tape[at], tape[at + 1]);
      break;
    case SET:
      for (let at = from; at < to; at++) (part as Set<unknown>).add(tape[at]);
      break;
    case ERROR: {
      const hidden = from + ERROR_HEAD + 2 * (tape[from + 3] as number);
      for (let at = from + ERROR_HEAD; at < to; at += 2)
        define(part as object, tape[at] as string, tape[at + 1], at < hidden);
    }
  }
}

function setField(holder: object, key: string, value: unknown): void {
  if (key === '__proto__') define(holder, key, value);
  else (holder as Record<string, unknown>)[key] = value;
}

const ERROR_CLASSES = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

/** An error of the class that it had, where that is JavaScript's or ours; its fields follow. */
function emptyError([name, message, stack, , ...fields]: readonly unknown[]): Error {
  const error = newError(name as string, message as string, fields);
  if (error.name !== name) define(error, 'name', name, false);
  if (error.message !== message) define(error, 'message', message, false);
  define(error, 'stack', stack, false);
  return error;
}

function newError(name: string, message: string, fields: readonly unknown[]): Error {
  const code = fields[fields.findIndex((field, at) => field === 'code' && at % 2 === 0) + 1] as ErrorCode;
  if (name === 'TaskTonicError' && Object.hasOwn(ERRORS, code)) return new TaskTonicError(code);
  if (name === 'AggregateError') return new AggregateError([], message);
  const ErrorClass = Object.hasOwn(ERROR_CLASSES, name) ? ERROR_CLASSES[name as keyof typeof ERROR_CLASSES] : Error;
  return new ErrorClass(message);
}
