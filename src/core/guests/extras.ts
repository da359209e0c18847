import type { OrderForm } from '../queue/order.js';
import type { WaitingOrder, WantedOrder } from '../queue/take-back.js';
import type { Task } from './task.js';

/** Wants to hear that a Tonic has ended, in this thread or another. */
export interface EndWatcher {
  /** @internal */
  ended(): void;
}

/** What a Tonic has asked and not heard of. */
export interface OpenQuestions {
  readonly open: number;
  readonly late: number;
  /** Cancels those that hold the end of the Tonic, and tells what they were. */
  letGo(): string[];
  /** It has finished: nobody waits any more. */
  close(): void;
}

/** The promises whose result a Tonic waits for. */
export interface OpenPipes {
  /** Drops those that hold the end of the Tonic, and tells what they were. */
  letGo(): string[];
  /** It has finished: nobody waits any more. */
  close(): void;
}

/** The replies that a connection has open. */
export interface OpenReplies {
  /** Tells what they are, for the log. */
  letGo(): string[];
}

/** The answers that a Tonic owes: they hold its end. */
export interface OwedAnswers {
  count: number;
  readonly owes: boolean;
  /** One of them is owed no more. */
  settled(): void;
  /** All are. */
  forgive(): void;
}

/** A group that a connection is a member of. */
export interface MemberGroup {
  /** It is closed. */
  delete(connection: never): boolean;
  /** @internal What was sent to it has left, down to its low-water mark. */
  _ttCaughtUp(connection: never): void;
}

/** The orders that a Tonic has postponed. */
export interface PostponedOrders {
  /** Whether the order of the sparkle that runs is to be kept. */
  readonly keepsNext: boolean;
  /** The sparkle that postponed its order has ended: the order is kept. */
  keep(): void;
  /** It threw: the order is not. */
  takeBack(): void;
  /** The state has changed: all run again. */
  release(): void;
  /** Takes those that are wanted out: they will not run. */
  takeOut(isWanted: WantedOrder): WaitingOrder[];
  /** The Tonic has finished: they are let go of, and named. */
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

/** The calls that wait for a Tonic, where their number is bounded. */
export interface OpenInbox {
  readonly counts: InboxCounts;
  /** The turn of one of them has come: fills the form with the oldest; false where none waits. */
  take(form: OrderForm & { queuedAt: number }): boolean;
  /** The Tonic has finished: nobody is held back for it. */
  close(): void;
}

/** The timeout of the state that holds. */
export interface StateTimeouts {
  /** A state was entered, or left for none. */
  entered(state: string | undefined): void;
}

/** How a base looks after one infusion. As a task it makes the next one. */
export interface Supervision extends Task {
  /** @internal */ readonly strategy: 'restart' | 'finish' | 'escalate';
  /** @internal */ readonly limit: number;
  /** @internal */ readonly within: number;
  /** @internal The number, within the time window, of the restart that is due, from 1; 0 where none is to be made. */
  takeRestart(): number;
}

/** What only some Tonics have: made when one of it is first needed, so that the others pay for one empty field. */
export interface Extras {
  watchers: Set<EndWatcher> | undefined;
  questions: OpenQuestions | undefined;
  pipes: OpenPipes | undefined;
  owed: OwedAnswers | undefined;
  replies: OpenReplies | undefined;
  /** What it has asked its peer. */
  requests: object | undefined;
  /** What stands between its connection and itself. */
  guest: object | undefined;
  /** What takes the bytes or frames of its connection in its place. */
  taker: object | undefined;
  /** The groups that it is a member of. */
  groups: Set<MemberGroup> | undefined;
  postponed: PostponedOrders | undefined;
  inbox: OpenInbox | undefined;
  stateTimeouts: StateTimeouts | undefined;
  /** The infusions that it looks after, by what others know them by. */
  supervised: Map<object, Supervision> | undefined;
  /** The services that it uses, by name. */
  uses: Set<string> | undefined;
  /** Its `this.raise` and `this.generic`. */
  raiser: object | undefined;
  generic: object | undefined;
}

/** Who may have extras: a Tonic, or the handle of one in another thread. */
interface HasExtras {
  _ttExtras?: Extras | undefined;
}

/** Has a base look after an infusion. */
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

/** Has `watcher` told when a Tonic or the Tonic of a handle has ended: once, and at once where that is known. */
export function watchEnd(tonic: HasExtras & { readonly finished: boolean }, watcher: EndWatcher): void {
  if (tonic.finished) return watcher.ended();
  (extrasOf(tonic).watchers ??= new Set()).add(watcher);
  return undefined;
}

export function unwatchEnd(tonic: HasExtras, watcher: EndWatcher): void {
  tonic._ttExtras?.watchers?.delete(watcher);
}

/** A Tonic has ended, or is known to: whoever waits for that is told. */
export function tellEnd(tonic: HasExtras): void {
  const watchers = tonic._ttExtras?.watchers;
  if (watchers === undefined) return;
  tonic._ttExtras!.watchers = undefined;
  for (const watcher of watchers) watcher.ended();
}

/** A Tonic of this thread has ended: all that it has beside is closed. */
export function closeExtras(tonic: HasExtras): void {
  const extras = tonic._ttExtras!;
  extras.stateTimeouts?.entered(undefined);
  extras.postponed?.drop();
  extras.inbox?.close();
  // First: nobody waits for the last of them.
  extras.owed = undefined;
  extras.questions?.close();
  extras.pipes?.close();
  tellEnd(tonic);
}
