import type { Answer } from '../../core/asking/answer.js';
import type { AnyTonic } from '../../core/any-tonic.js';
import type { Reply } from '../../core/asking/reply.js';
import type { RemoteTonic } from '../remote-tonic.js';

/** A thing that is not data, or not as it lies there: what stands for it on the way. */
export type Ref =
  | TonicRef
  | { readonly kind: 'sparkle'; readonly of: Ref; readonly key: string }
  | { readonly kind: 'callback' | 'answer' | 'reply'; readonly serial: number }
  | { readonly kind: 'service'; readonly name: string }
  /** The bytes in its place are those of a Buffer. */
  | { readonly kind: 'buffer' }
  | MovedRef
  | { readonly kind: 'tangle'; readonly tangle: Tangle };

export interface TonicRef {
  readonly kind: 'tonic';
  readonly thread: number;
  readonly serial: number;
  readonly id: number;
  readonly name: string;
}

/** What is moved: known when all else of the order has been packed. */
export interface MovedRef {
  readonly kind: 'moved';
  value: unknown;
  readonly isBuffer: boolean;
}

/** Where in the arguments of an order such a thing is: the keys on the way to it. */
export type Refs = (readonly [path: readonly (string | number)[], ref: Ref])[];

/** The kinds of the parts of a {@link Tangle}. */
export const OBJECT = 0;
export const LIST = 1;
export const SPARSE = 2;
export const MAP = 3;
export const SET = 4;
export const ERROR = 5;
export const LEAF = 6;
export const BYTES = 7;
export const REF = 8;

/**
 * Data whose parts hold each other: all parts side by side, each once. Part 0 is a list with the whole.
 *
 * | kind | its places on the tape |
 * |---|---|
 * | `OBJECT` | key, value, key, value ... |
 * | `LIST` | its elements |
 * | `SPARSE` | length, index, element, index, element ... |
 * | `MAP` | key, value, key, value ... |
 * | `SET` | its values |
 * | `ERROR` | name, message, stack, how many of its fields it shows, key, value, key, value ... |
 * | `LEAF` | the thing, which the message copies |
 * | `BYTES` | the bytes of a Buffer |
 * | `REF` | where in `refs` it is |
 */
export interface Tangle {
  /** Of each part three numbers: its kind, where on the tape it begins, and how many places it has there. */
  readonly parts: Int32Array;
  readonly tape: unknown[];
  /** Places of the tape that hold the number of a part instead of a value. */
  readonly links: Int32Array;
  readonly refs: Ref[];
}

/** Numbers of each part. */
export const PART = 3;

/** Where an error's fields begin. */
export const ERROR_HEAD = 4;

/** What a packer needs of its side: numbers for what is to be called back. */
export interface Exporter {
  tonicRef(tonic: AnyTonic | RemoteTonic): Ref;
  callbackRef(callback: (...args: unknown[]) => unknown): Ref;
  answerRef(answer: Answer<unknown>): Ref;
  replyRef(reply: Reply): Ref;
  /** What was numbered does not leave after all. */
  drop(ref: Ref): void;
}

/** What an unpacker needs of its side: things to call for those numbers. */
export interface Importer {
  tonicOf(ref: TonicRef): unknown;
  sparkleOf(of: unknown, key: string): unknown;
  callbackOf(serial: number): unknown;
  answerOf(serial: number): Answer<unknown>;
  replyOf(serial: number): Reply;
  serviceOf(name: string): unknown;
}
