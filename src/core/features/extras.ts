import type { OrderForm } from '../queue/order.js';
import type { WaitingOrder, WantedOrder } from '../queue/take-back.js';
import type { Task } from './task.js';

/** Is called when a Tonic has ended, in this thread or another. */
export interface EndWatcher {
  /** @internal */
  ended(): void;
}

/** The open questions of a Tonic. */
export interface OpenQuestions {
  readonly open: number;
  readonly late: number;
  /** Cancels those that delay the end of the Tonic, and returns their names. */
  letGo(): string[];
  /** The Tonic has finished: all are cancelled. */
  close(): void;
}

/** The promises that a Tonic waits for. */
export interface OpenPipes {
  /** Cancels those that delay the end of the Tonic, and returns their names. */
  letGo(): string[];
  /** The Tonic has finished: all are cancelled. */
  close(): void;
}

/** The open replies of a connection. */
export interface OpenReplies {
  /** Returns their descriptions for the log. */
  letGo(): string[];
}

/** The answers that a Tonic owes: it waits for them before it ends. */
export interface OwedAnswers {
  count: number;
  readonly owes: boolean;
  /** One of them is settled. */
  settled(): void;
  /** All are cancelled. */
  forgive(): void;
}

/** A group that a connection is a member of. */
export interface MemberGroup {
  /** The connection is closed. */
  delete(connection: never): boolean;
  /** @internal What was sent to the connection has left, down to its low-water mark. */
  _ttCaughtUp(connection: never): void;
}

/** The postponed orders of a Tonic. */
export interface PostponedOrders {
  /** Whether the order of the sparkle that runs is to be kept. */
  readonly keepsNext: boolean;
  /** The sparkle that postponed its order has ended: the order is kept. */
  keep(): void;
  /** The sparkle threw: its order is not kept. */
  takeBack(): void;
  /** The state has changed: all of them run again. */
  release(): void;
  /** Removes the wanted ones, which will not run. */
  takeOut(isWanted: WantedOrder): WaitingOrder[];
  /** The Tonic has finished: they are dropped, and named in the log. */
  drop(): void;
}

/** What waits for a Tonic that has an `inboxLimit`, and what has not come in, since it began. */
export interface InboxCounts {
  /** Calls that wait. */
  readonly orders: number;
  /** Bytes of these, where the limit speaks of bytes. */
  readonly bytes: number;
  /** Calls that were dropped for newer ones. */
  readonly dropped: number;
  /** Calls that were refused. */
  readonly refused: number;
}

/** The waiting calls of a Tonic with an `inboxLimit`. */
export interface OpenInbox {
  readonly counts: InboxCounts;
  /** Fills the form with the oldest call; false if none waits. */
  take(form: OrderForm & { queuedAt: number }): boolean;
  /** The Tonic has finished: paused connections are read again. */
  close(): void;
}

/** The timeout of the present state. */
export interface StateTimeouts {
  /** A state was entered; `undefined` if the machine has stopped. */
  entered(state: string | undefined): void;
}

/** How a base supervises one infusion. As a task it makes the next one. */
export interface Supervision extends Task {
  /** @internal */ readonly strategy: 'restart' | 'finish' | 'escalate';
  /** @internal */ readonly limit: number;
  /** @internal */ readonly within: number;
  /** @internal The number, within the time window, of the restart that is due, from 1; 0 where none is to be made. */
  takeRestart(): number;
}

/**
 * Fields that only some Tonics need. The object is made at the first use, so other Tonics have only one empty field.
 */
export interface Extras {
  watchers: Set<EndWatcher> | undefined;
  questions: OpenQuestions | undefined;
  pipes: OpenPipes | undefined;
  owed: OwedAnswers | undefined;
  replies: OpenReplies | undefined;
  /** Its open requests to the peer. */
  requests: object | undefined;
  /** The protocol layer between its connection and itself. */
  guest: object | undefined;
  /** The consumer that has taken over the data of its connection. */
  taker: object | undefined;
  /** The groups that it is a member of. */
  groups: Set<MemberGroup> | undefined;
  postponed: PostponedOrders | undefined;
  inbox: OpenInbox | undefined;
  stateTimeouts: StateTimeouts | undefined;
  /** The supervised infusions, by the identity that others know. */
  supervised: Map<object, Supervision> | undefined;
  /** The services that it uses, by name. */
  uses: Set<string> | undefined;
  /** Its `this.raise` and `this.generic`. */
  raiser: object | undefined;
  generic: object | undefined;
}

/** A Tonic, or the handle of one in another thread. */
interface HasExtras {
  _ttExtras?: Extras | undefined;
}

/** Makes a base supervise an infusion. */
export function superviseInfusion(base: HasExtras, face: object, supervision: Supervision): void {
  (extrasOf(base).supervised ??= new Map()).set(face, supervision);
}

export function extrasOf(tonic: HasExtras): Extras {
  return (tonic._ttExtras ??= {
    watchers: undefined,
    questions: undefined,
    pipes: undefined,
    owed: undefined,
    replies: undefined,
    requests: undefined,
    guest: undefined,
    taker: undefined,
    groups: undefined,
    postponed: undefined,
    inbox: undefined,
    stateTimeouts: undefined,
    supervised: undefined,
    uses: undefined,
    raiser: undefined,
    generic: undefined,
  });
}

/** Calls `watcher` once when a Tonic has ended, or at once if that is known already. */
export function watchEnd(tonic: HasExtras & { readonly finished: boolean }, watcher: EndWatcher): void {
  if (tonic.finished) return watcher.ended();
  (extrasOf(tonic).watchers ??= new Set()).add(watcher);
  return undefined;
}

export function unwatchEnd(tonic: HasExtras, watcher: EndWatcher): void {
  tonic._ttExtras?.watchers?.delete(watcher);
}

/** A Tonic has ended, or is known to have ended: its watchers are called. */
export function tellEnd(tonic: HasExtras): void {
  const watchers = tonic._ttExtras?.watchers;
  if (watchers === undefined) return;
  tonic._ttExtras!.watchers = undefined;
  for (const watcher of watchers) watcher.ended();
}

/** A Tonic of this thread has ended: its extras are closed. */
export function closeExtras(tonic: HasExtras): void {
  const extras = tonic._ttExtras!;
  extras.stateTimeouts?.entered(undefined);
  extras.postponed?.drop();
  extras.inbox?.close();
  // First, so that closing the others does not notify anybody.
  extras.owed = undefined;
  extras.questions?.close();
  extras.pipes?.close();
  tellEnd(tonic);
}
