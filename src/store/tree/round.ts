import { same } from '../equality.js';
import type { StoreEvent } from '../event.js';
import { joined } from '../paths.js';
import type { Kept, StoreValue } from '../values.js';
import type { Told } from './batch.js';
import type { Subscription } from './subscription.js';

/** What one subscription hears of a batch. */
export interface Heard {
  readonly subscription: Subscription;
  readonly events: readonly StoreEvent[];
}

/** What each subscription hears of a batch, in the order of subscription. `read`: what is in the tree now that it is done. */
export function roundOf(told: readonly Told[], read: (path: string) => StoreValue | undefined): Heard[] {
  if (told.length === 1) return [heardBy(told[0]!.subscription, told, read)];
  const bySubscription = new Map<Subscription, Told[]>();
  for (const one of told) {
    const all = bySubscription.get(one.subscription);
    if (all === undefined) bySubscription.set(one.subscription, [one]);
    else all.push(one);
  }
  return Array.from(bySubscription, ([subscription, all]) => heardBy(subscription, all, read))
    .filter(({ events }) => events.length > 0)
    .sort((one, other) => one.subscription.id - other.subscription.id);
}

function heardBy(subscription: Subscription, told: readonly Told[], read: Read): Heard {
  const { extract, latest } = subscription.wanted;
  if (extract !== undefined) return { subscription, events: Object.freeze(snapshots(told, extract, read)) };
  const events = told.map(({ event }) => event);
  return { subscription, events: Object.freeze(latest ? merged(events) : events) };
}

type Read = (path: string) => StoreValue | undefined;

/** Adds events to those of before: of each path what was there first, and what was there last. */
export function mergeInto(byPath: Map<string, StoreEvent>, events: readonly StoreEvent[]): void {
  for (const event of events) {
    const first = byPath.get(event.path);
    const { path, value, source } = event;
    byPath.set(path, first === undefined ? event : Object.freeze({ path, value, old: first.old, source }));
  }
}

/** One event a path: what was there first, and what was there last. Nothing where that is the same again. */
function merged(events: readonly StoreEvent[]): StoreEvent[] {
  const byPath = new Map<string, StoreEvent>();
  mergeInto(byPath, events);
  const once = new Set(events);
  return [...byPath.values()].filter((event) => once.has(event) || !same(event.value as Kept, event.old as Kept));
}

/** One event a base, with its fields: as they are now, and as they were, as far as the events tell. */
function snapshots(told: readonly Told[], fields: readonly string[], read: Read): StoreEvent[] {
  const bases = new Map<
    string,
    { readonly source: string | undefined; readonly olds: Map<string, StoreValue | undefined> }
  >();
  for (const { event, base } of told) {
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
