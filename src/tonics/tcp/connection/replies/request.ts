import type { OrderForm } from '../../../../core/queue/order.js';
import { type AskOptions, ASK_TIMEOUT, Question, askOptions, begin } from '../../../../core/asking/ask.js';
import * as v from 'valibot';
import { fail } from '../../../../core/errors.js';
import { extrasOf } from '../../../../core/features/extras.js';
import { OptionCheck } from '../../../../core/options/option-check.js';
import { aSparkle } from '../../../../core/options/option-schema.js';
import type { SendResult } from '../../../../core/asking/reply.js';
import type { SendingConnection } from '../sending-connection.js';
import { type Pending, type RequestKey, Requests } from './requests.js';

function isKey(value: unknown): boolean {
  return ['string', 'number', 'bigint'].includes(typeof value);
}

export const requestSchema = v.strictObject({
  ...askOptions,
  /**
   * A sparkle that gets the error if there is no answer. Without it the Tonic fails, as if one of its sparkles had
   * thrown.
   */
  onError: v.optional(aSparkle<(error: Error, request: Question) => void>()),
  /** The key of its answer: see `answerKey()`. Without it answers come in the order of the requests. */
  key: v.optional(v.custom<RequestKey>(isKey, 'must be a text, a number or a bigint')),
});
const requestCheck = OptionCheck.of(requestSchema);

// What a schema spreads loses its doc comments in the declarations; the type that is added brings them back.
/** Options of `this.request()`. */
export type RequestOptions = Readonly<v.InferInput<typeof requestSchema>> & AskOptions;

/** A question to the peer of a connection. */
class Request extends Question {
  /** @internal */
  protected override timedOut(ms: number): Error {
    return fail('TT_REQUEST_TIMEOUT', { tonic: this.to.name, ms });
  }
}

/** What a connection has asked its peer, and after its end what it asks the next one. */
class AskedOfPeer {
  next: Requests | undefined = undefined;
  constructor(public now: Requests) {}
}

type Connection = SendingConnection<string>;

function askedOf(connection: Connection): AskedOfPeer | undefined {
  return connection._ttExtras?.requests as AskedOfPeer | undefined;
}

function newRequests(connection: Connection): Requests {
  const stray = (key: RequestKey): void => {
    const { logs } = connection._ttScheduler;
    logs.debug(connection, `an answer with the key ${String(key)} came, but no request has that key`);
  };
  return new Requests({ name: connection.name, limit: connection._ttPlan.questionLimit, stray });
}

function requestsOf(connection: Connection): Requests {
  const asked = (extrasOf(connection).requests ??= new AskedOfPeer(newRequests(connection))) as AskedOfPeer;
  return asked.now.ended ? (asked.next ??= newRequests(connection)) : asked.now;
}

/**
 * Asks the peer of a connection.
 *
 * @param send sends the question.
 * @throws {TaskTonicError} `TT_NOT_A_SPARKLE`, `TT_BAD_OPTION`, `TT_REQUEST_KEY`, `TT_ASK_FULL`; and what `send` throws.
 */
export function request(
  connection: Connection,
  send: () => SendResult,
  onAnswer: (...args: never[]) => void,
  options: RequestOptions,
): Question {
  requestCheck.check(options, `${connection._ttPlan.className}.request()`);
  const { timeout = ASK_TIMEOUT, hold = true, key, onError, signal } = options;
  const answer = connection._ttOwn(onAnswer);
  const error = onError === undefined ? undefined : connection._ttOwn(onError);
  const asked = new Request(
    connection,
    connection,
    'request',
    timeout,
    answer,
    error,
    hold && !connection.finished,
    signal,
  );
  begin(connection, asked, () => requestFor(connection, send, asked, key));
  return asked;
}

/**
 * Asks the peer of a connection for somebody who is told what becomes of it.
 * @throws {TaskTonicError} `TT_REQUEST_KEY`, `TT_ASK_FULL`; and what `send` throws.
 */
export function requestFor(
  connection: Connection,
  send: () => SendResult,
  asked: Pending,
  key: RequestKey | undefined,
): void {
  const requests = requestsOf(connection);
  requests.check(key);
  if (send() === 'refused') asked.settle(lost(connection, 'it was not sent'), undefined);
  else requests.add(asked, key);
}

/** Whether a frame that has come is the answer to a request; `key` is that of the frame, `false` where it is no answer. */
export function takeAnswer(
  connection: Connection,
  frame: unknown,
  key: RequestKey | false | undefined,
  form?: OrderForm,
): boolean {
  return key !== false && askedOf(connection)?.now.take(frame, key, form) === true;
}

/** Whether an answer may come that is waited for. */
export function awaitsPeer(connection: Connection): boolean {
  return askedOf(connection)?.now.isWaiting === true;
}

/**
 * Nothing more will come on this connection: what comes of `lose` is for when all that has come was heard.
 * @returns whether there is something to lose then.
 */
export function peerIsDone(connection: Connection): boolean {
  const asked = askedOf(connection);
  if (asked === undefined || asked.now.ended) return false;
  asked.now.ended = true;
  return true;
}

/** All that has come was heard: what is not answered will not be. What was asked since is for the next connection, if there is one. */
export function loseRequests(connection: Connection): void {
  const asked = askedOf(connection);
  if (asked?.now.ended !== true) return;
  const { now, next } = asked;
  extrasOf(connection).requests = next === undefined ? undefined : new AskedOfPeer(next);
  now.lose(() => lost(connection, 'its connection has ended'));
}

function lost({ name: tonic }: Connection, why: string): Error {
  return fail('TT_REQUEST_LOST', { tonic, why });
}
