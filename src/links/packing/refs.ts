import type { Answer } from '../../core/asking/answer.js';
import type { AnyTonic } from '../../core/any-tonic.js';
import type { Reply } from '../../core/asking/reply.js';
import type { RemoteTonic } from '../remote-tonic.js';

/** Replaces a value that is not data, or that needs treatment on the other side. */
export type Ref =
  | TonicRef
  | { readonly kind: 'sparkle'; readonly of: TonicRef; readonly key: string }
  | { readonly kind: 'callback' | 'answer' | 'reply'; readonly serial: number }
  | { readonly kind: 'service'; readonly name: string }
  /** These bytes, which are in the data, are those of a Buffer. */
  | { readonly kind: 'buffer'; readonly bytes: Uint8Array }
  | TransferRef
  | ErrorRef;

export interface TonicRef {
  readonly kind: 'tonic';
  readonly thread: number;
  readonly serial: number;
  readonly id: number;
  readonly name: string;
}

/** A transferred value; it is filled in when the rest of the order was packed. */
export interface TransferRef {
  readonly kind: 'moved';
  value: unknown;
  readonly isBuffer: boolean;
}

export interface ErrorRef {
  readonly kind: 'error';
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Its other fields: first the enumerable ones, whose number is given, then the others. */
  fields: Record<string, unknown>;
  shown: number;
  /** The error, after it was made on the other side. */
  made?: Error;
}

/**
 * Where a ref belongs: the object or list, and the key. Holders and data travel in one message, so a holder arrives as
 * the same object that is in the data. Without a holder it is the list of arguments.
 */
export type Refs = (readonly [holder: object | undefined, key: string | number, ref: Ref])[];

/** What a packer needs of its side: numbers for callbacks. */
export interface Exporter {
  tonicRef(tonic: AnyTonic | RemoteTonic): TonicRef;
  callbackRef(callback: (...args: unknown[]) => unknown): Ref;
  answerRef(answer: Answer<unknown>): Ref;
  replyRef(reply: Reply): Ref;
  /** A numbered callback is not sent after all. */
  drop(ref: Ref): void;
}

/** What an unpacker needs of its side: functions for those numbers. */
export interface Importer {
  tonicOf(ref: TonicRef): unknown;
  sparkleOf(of: unknown, key: string): unknown;
  callbackOf(serial: number): unknown;
  answerOf(serial: number): Answer<unknown>;
  replyOf(serial: number): Reply;
  serviceOf(name: string): unknown;
}
