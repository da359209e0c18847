import type { AnyTonic } from '../../../../core/any-tonic.js';
import { fail } from '../../../../core/errors.js';
import { extrasOf } from '../../../../core/guests/extras.js';
import type { WaitingOrder } from '../../../../core/queue/take-back.js';
import type { ClosingConnection } from '../closing-connection.js';
import type { Taker } from './taker.js';

/** A connection, as far as it can be taken over. */
export interface Takable extends ClosingConnection<string> {
  /** @internal Throws where what comes is of a protocol that nobody else can read. */
  _ttRefusesTaker(by: string): void;
  /** @internal Whether it is not the connection itself, but makes a Tonic for each. */
  readonly _ttHasOther: boolean;
  /** @internal Whether messages come, and not bytes. */
  readonly _ttBringsMessages: boolean;
  /** @internal */
  _ttTakenOver(unheard: readonly unknown[]): void;
}

/** In which event it is heard what is taken. */
const HEARD_IN = { bytes: 'ttse__onData', frames: 'ttse__onFrame', messages: 'ttse__onMessage' } as const;

/** What is told of what comes and leaves, besides bytes, frames and messages. */
const OTHERS: ReadonlySet<string> = new Set(['ttse__onEnd', 'ttse__onDrain', 'ttse__onHighWater']);

/**
 * Checks that a connection can be taken over.
 * @param by what is to take it.
 * @throws {TaskTonicError} `TT_TAKEN_OVER`, `TT_CANNOT_TAKE_OVER`, `TT_NOT_OF_PROTOCOL`
 */
export function checkTakeOver(connection: Takable, by: string): void {
  const { name } = connection;
  connection._ttRefusesTaker(by);
  const taker = connection._ttTaker;
  if (taker !== undefined) throw fail('TT_TAKEN_OVER', { what: by, tonic: name, by: taker.by });
  const why = whyNot(connection);
  if (why !== undefined) throw fail('TT_CANNOT_TAKE_OVER', { what: by, tonic: name, why });
}

function whyNot(connection: Takable): string | undefined {
  if (connection._ttReplies !== undefined) return 'some of its replies are open: end these first';
  if (connection._ttAwaitsAnswer) return 'it has asked its peer, and waits for the answer: wait for that first';
  if (connection._ttUpgrade !== undefined) return 'its TLS handshake is under way: wait for onSecure';
  if (connection._ttHasOther) return 'it makes a Tonic for its connection: give that one ("protocol")';
  return undefined;
}

/**
 * From now on that taker has what comes, first of all what has come and was not heard yet; and it is told the end.
 * @throws {TaskTonicError} as {@link checkTakeOver}
 */
export function takeOver(connection: Takable, taker: Taker): void {
  checkTakeOver(connection, taker.by);
  const unheard = unheardOf(connection, HEARD_IN[taker.takes]);
  const rest = taker.takes === 'bytes' ? connection._ttUnframe() : undefined;
  if (rest !== undefined && rest.length > 0) unheard.push(rest);
  extrasOf(connection).taker = taker;
  connection._ttTakenOver(unheard);
}

/** What came and waits on the queue, or was postponed. What else was to be told of what comes is not told any more. */
function unheardOf(connection: Takable, event: (typeof HEARD_IN)[Taker['takes']]): unknown[] {
  const isMeant = ({ tonic, sparkle, a }: WaitingOrder): boolean =>
    (sparkle.key === event || OTHERS.has(sparkle.key)) && ((tonic as unknown) === connection || a === connection);
  const hearer = connection._ttHearerOf(event) ?? (connection as AnyTonic);
  const orders = connection._ttCatalyst._ttTakeBack(hearer, isMeant).filter(({ sparkle }) => sparkle.key === event);
  return orders.map(({ tonic, a, b }) => ((tonic as unknown) === connection ? a : b));
}
