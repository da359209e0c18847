import type { Delivery } from './message.js';

/** What a session sends by, while there is one. */
export interface Receiver {
  readonly unsentBytes: number;
  ttsc__send(bytes: Buffer): void;
  ttsc__giveWay(): void;
}

/** How much may wait for one client, until it acknowledges or reads it. */
export interface Bound {
  readonly messages: number;
  readonly bytes: number;
}

const DUP = 8;
const MOST_NUMBERS = 65_535;

/** What a client wants, and what it is still to get: where it says so, for longer than its connection. */
export class Session {
  readonly filters = new Map<string, { readonly pattern: RegExp; readonly qos: 0 | 1 }>();
  client: Receiver | undefined;
  readonly #unacknowledged = new Map<number, { readonly bytes: Buffer; isSent: boolean }>();
  #bytes = 0;
  #number = 0;
  #missed = 0;

  /** @param tell is told that it misses messages, and how many it has missed when it goes on. */
  constructor(
    readonly id: string | symbol,
    readonly isKept: boolean,
    private readonly bound: Bound,
    private readonly tell: (what: string) => void,
  ) {}

  /** The best QoS of all that it has subscribed to and that stands for a topic; `undefined` for none. */
  qosOf(topic: string): 0 | 1 | undefined {
    let best: 0 | 1 | undefined;
    for (const { pattern, qos } of this.filters.values()) if (best !== 1 && pattern.test(topic)) best = qos;
    return best;
  }

  /** Sends it a message, or keeps it until there is a connection. Where too much waits it misses messages, until half of that is gone. */
  deliver(delivery: Delivery): void {
    if (delivery.numberAt === 0 && this.client === undefined) return;
    if (!this.#hasRoom(delivery.bytes.length)) return this.#miss();
    if (this.#missed > 0) this.tell(`goes on, and has missed ${this.#missed} messages`);
    this.#missed = 0;
    if (delivery.numberAt === 0) return this.client!.ttsc__send(delivery.bytes);
    const bytes = Buffer.from(delivery.bytes);
    bytes.writeUInt16BE(this.#nextNumber(), delivery.numberAt);
    this.#unacknowledged.set(this.#number, { bytes, isSent: this.client !== undefined });
    this.#bytes += bytes.length;
    this.client?.ttsc__send(bytes);
  }

  acknowledged(number: number): void {
    this.#bytes -= this.#unacknowledged.get(number)?.bytes.length ?? 0;
    this.#unacknowledged.delete(number);
  }

  /** It has a connection again. */
  resume(client: Receiver): void {
    this.client = client;
    for (const message of this.#unacknowledged.values()) {
      const bytes = Buffer.from(message.bytes);
      if (message.isSent) bytes[0]! |= DUP;
      message.isSent = true;
      client.ttsc__send(bytes);
    }
  }

  #hasRoom(size: number): boolean {
    const part = this.#missed > 0 ? 0.5 : 1;
    const waiting = Math.max(this.#bytes, this.client?.unsentBytes ?? 0);
    return this.#unacknowledged.size < this.bound.messages * part && waiting + size <= this.bound.bytes * part;
  }

  #miss(): void {
    if (this.#missed++ === 0) this.tell('does not keep up, and misses messages');
  }

  #nextNumber(): number {
    do this.#number = (this.#number % MOST_NUMBERS) + 1;
    while (this.#unacknowledged.has(this.#number));
    return this.#number;
  }
}
