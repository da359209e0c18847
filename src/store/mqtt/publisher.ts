import { toError } from '../../core/errors.js';
import type { StoreValue } from '../values.js';
import type { MqttClient } from './client.js';
import type { MqttSettings } from './options.js';
import { type Outgoing, UnsentChanges, sizeOf } from './unsent-changes.js';
import { payloadOf } from './payload.js';
import { TopicMap } from './topic-map.js';

/** So much is with the client at a time; the rest waits here, where it is bounded and a newer value takes its place. */
const MOST_UNDER_WAY = 100;
const MOST_BYTES_UNDER_WAY = 1024 * 1024;

/** What is published where. */
export type PublishRule = MqttSettings['publish'][number] & { readonly map: TopicMap };

/** Who hears of what it does. */
interface PublisherOwner {
  unsent(count: number, what: string, problem: string): void;
  /** Something is no longer waited for. */
  left(): void;
}

/** Publishes changes, in their order, as far as the broker takes them. */
export class Publisher {
  readonly rules: readonly PublishRule[];
  readonly #payloadLimit: number;
  readonly #unsent: UnsentChanges;
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
    this.#unsent = new UnsentChanges(settings.unsentLimit);
    this.#owner = owner;
  }

  get waiting(): number {
    return this.#unsent.size + this.#underWay.size;
  }

  /** Lets a change wait for `send()`. */
  put({ map, payload: form, qos, retain }: PublishRule, path: string, value: StoreValue | undefined): void {
    const topic = map.topicOf(path.split('/'));
    if (topic === undefined) return;
    try {
      if (topic === '') throw new Error('a name of it has a "+" or "#", which no topic has');
      const payload = payloadOf(value, form);
      const { length } = payload;
      if (length > this.#payloadLimit) throw new Error(`it has ${length} bytes, more than "payloadLimit"`);
      const dropped = this.#unsent.put({ topic, payload, qos, retain });
      if (dropped > 0) this.#gaveUp(dropped, path, 'more wait than "unsentLimit" allows');
    } catch (thrown) {
      this.#gaveUp(1, path, toError(thrown).message);
    }
  }

  connected(client: MqttClient): void {
    this.#client = client;
    this.send();
  }

  /** What was under way with quality 1 or 2 the client sends again by itself; the rest may have been lost. */
  disconnected(): void {
    this.#client = undefined;
    for (const message of this.#underWay)
      if (message.qos === 0) this.#over(message, new Error('the connection was lost'));
  }

  /** Hands the client as much as it may have. */
  send(): void {
    // A client may be done at once, within the call.
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (this.#client !== undefined && this.#hasRoom) {
        const message = this.#unsent.take();
        if (message === undefined) return;
        this.#publish(this.#client, message);
      }
    } finally {
      this.#sending = false;
    }
  }

  /** What waits will not leave any more. */
  giveUp(problem: string): void {
    this.#client = undefined;
    const { waiting } = this;
    const [last] = [...this.#underWay].slice(-1);
    if (waiting > 0) this.#gaveUp(waiting, (last ?? this.#unsent.take())!.topic, problem);
    this.#underWay.clear();
    while (this.#unsent.take() !== undefined);
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

  /** Once: what a connection that was lost had under way may be told of later. */
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
