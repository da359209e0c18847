import { toError } from '../../core/errors.js';
import type { StoreValue } from '../values.js';
import type { MqttClient } from './client.js';
import type { MqttSettings } from './options.js';
import { Outbox, type Outgoing, sizeOf } from './outbox.js';
import { payloadOf } from './payload.js';
import { TopicMap } from './topic-map.js';

/**
 * The most messages that the client has at a time. The others wait here, where their number is bounded and a newer
 * value replaces an older one.
 */
const MOST_UNDER_WAY = 100;
const MOST_BYTES_UNDER_WAY = 1024 * 1024;

/** What is published, and where. */
export type PublishRule = MqttSettings['publish'][number] & { readonly map: TopicMap };

/** Hears of the results. */
interface PublisherOwner {
  unsent(count: number, what: string, problem: string): void;
  /** A message is no longer waited for. */
  left(): void;
}

/** Publishes changes in their order, as fast as the broker takes them. */
export class Publisher {
  readonly rules: readonly PublishRule[];
  readonly #payloadLimit: number;
  readonly #outbox: Outbox;
  readonly #owner: PublisherOwner;
  #client: MqttClient | undefined;
  readonly #underWay = new Set<Outgoing>();
  #bytesUnderWay = 0;
  #sending = false;
  published = 0;
  unsent = 0;

  /** @throws {TaskTonicError} `TT_BAD_OPTION` */
  constructor(rules: MqttSettings['publish'], settings: MqttSettings, of: string, owner: PublisherOwner) {
    this.rules = rules.map((rule) => ({ ...rule, map: new TopicMap(rule.topic, rule.path, of, 'publish') }));
    this.#payloadLimit = settings.payloadLimit;
    this.#outbox = new Outbox(settings.unsentLimit);
    this.#owner = owner;
  }

  get waiting(): number {
    return this.#outbox.size + this.#underWay.size;
  }

  /** Adds a change that `send()` publishes. */
  put({ map, payload: form, qos, retain }: PublishRule, path: string, value: StoreValue | undefined): void {
    const topic = map.topicOf(path.split('/'));
    if (topic === undefined) return;
    try {
      if (topic === '') throw new Error('a name of it has a "+" or "#", which no topic has');
      const payload = payloadOf(value, form);
      const { length } = payload;
      if (length > this.#payloadLimit) throw new Error(`it has ${length} bytes, more than "payloadLimit"`);
      const dropped = this.#outbox.put({ topic, payload, qos, retain });
      if (dropped > 0) this.#gaveUp(dropped, path, 'more wait than "unsentLimit" allows');
    } catch (thrown) {
      this.#gaveUp(1, path, toError(thrown).message);
    }
  }

  connected(client: MqttClient): void {
    this.#client = client;
    this.send();
  }

  /** The client sends unconfirmed messages of quality 1 or 2 again by itself; those of quality 0 may be lost. */
  disconnected(): void {
    this.#client = undefined;
    for (const message of this.#underWay)
      if (message.qos === 0) this.#over(message, new Error('the connection was lost'));
  }

  /** Gives the client as many messages as it may have. */
  send(): void {
    // A client may call back at once, within the call.
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (this.#client !== undefined && this.#hasRoom) {
        const message = this.#outbox.take();
        if (message === undefined) return;
        this.#publish(this.#client, message);
      }
    } finally {
      this.#sending = false;
    }
  }

  /** Drops all waiting messages. */
  giveUp(problem: string): void {
    this.#client = undefined;
    const { waiting } = this;
    const [last] = [...this.#underWay].slice(-1);
    if (waiting > 0) this.#gaveUp(waiting, (last ?? this.#outbox.take())!.topic, problem);
    this.#underWay.clear();
    while (this.#outbox.take() !== undefined);
  }

  get #hasRoom(): boolean {
    return this.#underWay.size < MOST_UNDER_WAY && this.#bytesUnderWay < MOST_BYTES_UNDER_WAY;
  }

  #publish(client: MqttClient, message: Outgoing): void {
    const { topic, payload, qos, retain } = message;
    this.#underWay.add(message);
    this.#bytesUnderWay += sizeOf(message);
    client.publish(topic, payload, { qos, retain }, (error) => this.#over(message, error));
  }

  /** Acts only once for each message: the client may report a message of a lost connection again. */
  #over(message: Outgoing, error: Error | null | undefined): void {
    if (!this.#underWay.delete(message)) return;
    this.#bytesUnderWay -= sizeOf(message);
    if (error === undefined || error === null) this.published++;
    else this.#gaveUp(1, message.topic, error.message);
    this.send();
    this.#owner.left();
  }

  #gaveUp(count: number, what: string, problem: string): void {
    this.unsent += count;
    this.#owner.unsent(count, what, problem);
  }
}
