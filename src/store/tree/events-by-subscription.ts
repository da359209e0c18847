import { same } from '../equality.js';
import type { StoreEvent } from '../event.js';
import { joined } from '../paths.js';
import type { StoredValue, StoreValue } from '../values.js';
import type { PendingEvent } from './batch.js';
import type { Subscription } from './subscription.js';

/** The events of one subscription in a batch. */
export interface SubscriptionEvents {
  readonly subscription: Subscription;
  readonly events: readonly StoreEvent[];
}

/** The events of each subscription in a batch, in the order of subscription. `read` reads the tree after the batch. */
export function eventsBySubscription(
  pending: readonly PendingEvent[],
  read: (path: string) => StoreValue | undefined,
): SubscriptionEvents[] {
  if (pending.length === 1) return [deliveredTo(pending[0]!.subscription, pending, read)];
  const bySubscription = new Map<Subscription, PendingEvent[]>();
  for (const one of pending) {
    const all = bySubscription.get(one.subscription);
    if (all === undefined) bySubscription.set(one.subscription, [one]);
    else all.push(one);
  }
  return Array.from(bySubscription, ([subscription, all]) => deliveredTo(subscription, all, read))
    .filter(({ events }) => events.length > 0)
    .sort((one, other) => one.subscription.id - other.subscription.id);
}

function deliveredTo(subscription: Subscription, pending: readonly PendingEvent[], read: Read): SubscriptionEvents {
  const { extract, latest } = subscription.wanted;
  if (extract !== undefined) return { subscription, events: Object.freeze(snapshots(pending, extract, read)) };
  const events = pending.map(({ event }) => event);
  return { subscription, events: Object.freeze(latest ? merged(events) : events) };
}

type Read = (path: string) => StoreValue | undefined;

/** Merges events into earlier ones: each path keeps its first old value, and gets its last new value. */
export function mergeInto(byPath: Map<string, StoreEvent>, events: readonly StoreEvent[]): void {
  for (const event of events) {
    const first = byPath.get(event.path);
    const { path, value, source } = event;
    byPath.set(path, first === undefined ? event : Object.freeze({ path, value, old: first.old, source }));
  }
}

/** One event for each path, with the first old value and the last new value. No event if both are equal. */
function merged(events: readonly StoreEvent[]): StoreEvent[] {
  const byPath = new Map<string, StoreEvent>();
  mergeInto(byPath, events);
  const once = new Set(events);
  return [...byPath.values()].filter(
    (event) => once.has(event) || !same(event.value as StoredValue, event.old as StoredValue),
  );
}

/** One event for each base, with its fields: the present values, and the old ones as far as the events tell. */
function snapshots(pending: readonly PendingEvent[], fields: readonly string[], read: Read): StoreEvent[] {
  const bases = new Map<
    string,
    { readonly source: string | undefined; readonly olds: Map<string, StoreValue | undefined> }
  >();
  for (const { event, base } of pending) {
    let of = bases.get(base);
    if (of === undefined) bases.set(base, (of = { source: event.source, olds: new Map() }));
    if (!of.olds.has(event.path)) of.olds.set(event.path, event.old);
  }
  return Array.from(bases, ([base, { source, olds }]) => {
    const value = snapshotOf(base, fields, read);
    const old = snapshotOf(base, fields, (path) => (olds.has(path) ? olds.get(path) : read(path)));
    return Object.freeze({ path: base, value, old, source });
  });
}

/** The fields of a base: paths below it, and `.` for its own value. */
export function snapshotOf(base: string, fields: readonly string[], read: Read): StoreValue {
  const snapshot: Record<string, StoreValue | undefined> = {};
  for (const field of fields) {
    const value = read(field === '.' ? base : joined(base, field));
    Object.defineProperty(snapshot, field, { value, enumerable: true });
  }
  return Object.freeze(snapshot);
}
