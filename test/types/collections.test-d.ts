// Compiled by `npm run typecheck`, never run.
import { BoundedMap, Outbox, type OutboxEntry, type Subscription, Topics } from 'tasktonic/collections';

export function maps(): void {
  const map = new BoundedMap<string, number>({ items: 5, bytes: 10, sizeOf: (value, key) => value + key.length });
  const value: number | undefined = map.get('a');
  const all: [string, number][] = [...map];
  // @ts-expect-error a bound in items is a must
  new BoundedMap({ bytes: 5 });
  // @ts-expect-error it is no policy
  new BoundedMap({ items: 1, whenFull: 'grow' });
  // @ts-expect-error a value of another type
  map.set('a', 'text');
  // @ts-expect-error sizeOf tells a number
  new BoundedMap<string, string>({ items: 1, bytes: 1, sizeOf: (text) => text });
  void [value, all];
}

export function topics(): void {
  const plain = new Topics<Date>();
  plain.subscribe(new Date(), 'a');
  const graded = new Topics<Date, 0 | 1>({ join: (one, other) => (one > other ? one : other) });
  const found: readonly Subscription<Date, 0 | 1>[] = graded.subscribersOf('a');
  // @ts-expect-error on which terms?
  graded.subscribe(new Date(), 'a');
  // @ts-expect-error these are no terms
  graded.subscribe(new Date(), 'a', 2);
  // @ts-expect-error another subscriber
  plain.leave('ann');
  // @ts-expect-error it takes no word for a number
  new Topics({ filters: 'many' });
  void found;
}

export function outboxes(): void {
  const outbox = new Outbox<string>({ onCaughtUp: (missed: number) => void missed });
  const entry: OutboxEntry<string> | undefined = outbox.add('text', 4);
  // @ts-expect-error how large is it?
  outbox.add('text');
  // @ts-expect-error another type of message
  outbox.add(5, 4);
  // @ts-expect-error messages are acknowledged by number
  outbox.acknowledge('1');
  void entry;
}
