import { Outbox, type OutboxEntry, type OutboxOptions } from 'tasktonic/collections';
import type { Delivery } from './message.js';

/** What a session sends by, while there is one. */
export interface Receiver {
  readonly unsentBytes: number;
  ttsc__send(bytes: Buffer): void;
  ttsc__giveWay(): void;
}

const DUP = 8;

/** What a client is still to get: where it says so, for longer than its connection. */
export class Session {
  client: Receiver | undefined;
  protected readonly outbox: Outbox<Delivery>;

  /** @param tell is told that it misses messages, and how many it has missed when it goes on. */
  constructor(
    readonly id: string | symbol,
    readonly isKept: boolean,
    bound: OutboxOptions,
    tell: (what: string) => void,
  ) {
    const onBehind = (): void => tell('does not keep up, and misses messages');
    const onCaughtUp = (missed: number): void => tell(`goes on, and has missed ${missed} messages`);
    this.outbox = new Outbox({ ...bound, onBehind, onCaughtUp });
  }

  /** Sends it a message. One with QoS 1 is kept until it is acknowledged, also where there is no connection. */
  deliver(delivery: Delivery): void {
    const { client, outbox } = this;
    const { length } = delivery.bytes;
    if (delivery.numberAt > 0) {
      const entry = outbox.add(delivery, length, client?.unsentBytes);
      if (entry !== undefined && client !== undefined) send(client, entry);
    } else if (client !== undefined && outbox.admits(length, client.unsentBytes)) client.ttsc__send(delivery.bytes);
  }

  acknowledged(number: number): void {
    this.outbox.acknowledge(number);
  }

  /** It has a connection again. */
  resume(client: Receiver): void {
    this.client = client;
    for (const entry of this.outbox) send(client, entry);
  }
}

function send(client: Receiver, entry: OutboxEntry<Delivery>): void {
  const { number, message } = entry;
  const bytes = Buffer.from(message.bytes);
  bytes.writeUInt16BE(number, message.numberAt);
  if (entry.tries++ > 0) bytes[0]! |= DUP;
  client.ttsc__send(bytes);
}
