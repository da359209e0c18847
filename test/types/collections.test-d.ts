// Compiled by `npm run typecheck`, never run.
import {
  BoundedMap,
  MessageHub,
  Outbox,
  type OutboxEntry,
  Session,
  Sessions,
  type Subscription,
  Topics,
} from 'tasktonic/collections';

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

interface Link {
  readonly unsentBytes: number;
  write(text: string): void;
}

export function sessions(link: Link): void {
  class Named extends Session<Link, string> {
    user = '';
    protected override send(to: Link, message: string): void {
      to.write(message);
    }
  }
  const all = new Sessions({ items: 5, create: () => new Named() });
  const user: string | undefined = all.open(link, { id: 'ann', keepFor: Infinity })?.user;
  // @ts-expect-error these sessions need another connection
  all.open({ unsentBytes: 5 });
  // @ts-expect-error a bound is a must
  new Sessions({ create: () => new Named() });
  // @ts-expect-error that is no session
  new Sessions({ items: 1, create: () => new Date() });
  // @ts-expect-error another message
  new Named().deliver(5, 1);
  // @ts-expect-error how a message leaves is not said
  class Silent extends Session<Link, string> {}
  void [user, Silent];
}

export function hubs(link: Link): void {
  const encode = (count: number): string => String(count);
  const send = (to: Link, text: string): void => to.write(text);
  const hub = new MessageHub<Link, number, string>({ encode, send, sizeOf: (text) => text.length });
  const session: Session<Link, string> | undefined = hub.open(link);
  hub.publish('a', 5, 1);
  // @ts-expect-error another message
  hub.publish('a', 'text', 1);
  // @ts-expect-error there is no QoS 2
  hub.publish('a', 5, 2);
  // @ts-expect-error how is it sent?
  new MessageHub<Link, number, string>({ encode, sizeOf: (text) => text.length });
  void session;
}
