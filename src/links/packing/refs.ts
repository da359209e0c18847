import type { Answer } from '../../core/asking/answer.js';
import type { AnyTonic } from '../../core/any-tonic.js';
import type { Reply } from '../../core/asking/reply.js';
import type { RemoteTonic } from '../remote-tonic.js';

/** A thing that is not data, or not as it lies there: what stands for it on the way. */
export type Ref =
  | TonicRef
  | { readonly kind: 'sparkle'; readonly of: TonicRef; readonly key: string }
  | { readonly kind: 'callback' | 'answer' | 'reply'; readonly serial: number }
  | { readonly kind: 'service'; readonly name: string }
  /** These bytes, which are in the data, are those of a Buffer. */
  | { readonly kind: 'buffer'; readonly bytes: Uint8Array }
  | MovedRef
  | ErrorRef;

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

export interface ErrorRef {
  readonly kind: 'error';
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** All its other fields: so many that it shows, then those that it does not. */
  fields: Record<string, unknown>;
  shown: number;
  /** The error, once it is made over there. */
  made?: Error;
}

/**
 * Where such a thing is: in which object or list, and under which key. They travel in one message with the data, so a holder arrives as
 * the very object that is in the data; where there is none it is the list of the arguments.
 */
export type Refs = (readonly [holder: object | undefined, key: string | number, ref: Ref])[];

/** What a packer needs of its side: numbers for what is to be called back. */
export interface Exporter {
  tonicRef(tonic: AnyTonic | RemoteTonic): TonicRef;
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
