import type { StoreValue } from '../values.js';
import type { MqttMessage, MqttWish } from './client.js';
import type { MqttSettings } from './options.js';
import { valueIn } from './payload.js';
import { TopicMap } from './topic-map.js';

type Rule = MqttSettings['subscribe'][number] & { readonly map: TopicMap };

/** Maps messages of a broker to paths and values. */
export class Incoming {
  readonly #rules: readonly Rule[];
  readonly #payloadLimit: number;
  received = 0;
  refused = 0;

  /** @throws {TaskTonicError} `TT_BAD_OPTION` */
  constructor(rules: MqttSettings['subscribe'], payloadLimit: number, of: string) {
    this.#rules = rules.map((rule) => ({ ...rule, map: new TopicMap(rule.topic, rule.path, of, 'subscribe') }));
    this.#payloadLimit = payloadLimit;
  }

  /**
   * The topics to subscribe. @param knowsOwn whether the broker can leave out what this client has published (MQTT 5).
   */
  wishes(knowsOwn: boolean): Record<string, MqttWish> {
    const wishes: Record<string, MqttWish> = {};
    for (const { topic, qos } of this.#rules) {
      const most = Math.max(qos, wishes[topic]?.qos ?? 0) as MqttWish['qos'];
      // MQTT 5 forbids this flag for shared subscriptions.
      wishes[topic] = { qos: most, ...(knowsOwn && !topic.startsWith('$share/') && { nl: true }) };
    }
    return wishes;
  }

  /** @throws {Error} that states why the message cannot be put into a Store. */
  read({ topic, payload, retain }: MqttMessage): { readonly path: string; readonly value: StoreValue | undefined }[] {
    if (payload.length > this.#payloadLimit)
      throw new Error(`it has ${payload.length} bytes, more than "payloadLimit"`);
    const levels = topic.split('/');
    const found = [];
    let fits = false;
    for (const rule of this.#rules) {
      const path = rule.map.pathOf(levels);
      if (path === undefined) continue;
      if (path === '') throw new Error('a level of it is empty, which no name in a path is');
      fits = true;
      if (rule.retained || retain !== true) found.push({ path, value: valueIn(payload, rule.payload) });
    }
    if (!fits) throw new Error('no rule of the bridge is for it');
    return found;
  }
}
