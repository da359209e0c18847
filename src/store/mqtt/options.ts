import * as v from 'valibot';
import { bytes, callable, count, flag, oneOf, text, within } from '../../core/options/option-schema.js';
import { type TonicOptions, tonicOptions } from '../../core/options/tonic-options.js';
import type { Store } from '../service/store.js';
import type { MqttConnect } from './client.js';

const MIB = 1024 * 1024;
const OBJECT = 'must be an object';
const PROTOCOLS = /^(mqtts?|tcp|tls|ssl|wss?):$/;

/** The three levels of MQTT: at most once, at least once, once. */
const qos = within(0, 2, 'a quality of service') as unknown as v.GenericSchema<0 | 1 | 2>;
const payload = oneOf('json', 'text', 'bytes');
const brokerUrl = v.pipe(text, v.check(isUrl, 'must be a URL such as mqtt://localhost:1883'));

export const topicToPath = v.strictObject(
  {
    /** The topics: `+` matches one level, `#` at the end all further ones. */
    topic: text,
    /** The paths of their values: `*` stands for the match of `+`, `**` for that of `#`, in order. */
    path: text,
    /** The quality of service of received messages: at most once (0), at least once (1), once (2). */
    qos: v.optional(qos, 1),
    /** How payloads are decoded: as JSON, or as text if it is not JSON (`'json'`); always as text; or as bytes. */
    payload: v.optional(payload, 'json'),
    /** Whether retained messages are used as well. */
    retained: v.optional(flag, true),
  },
  OBJECT,
);

export const pathToTopic = v.strictObject(
  {
    /** The paths whose changes are published: `*` matches one name, `**` at the end all further ones. */
    path: text,
    /** The topics: `+` stands for the match of `*`, `#` for that of `**`, in order. */
    topic: text,
    /** The quality of service of sent messages: at most once (0), at least once (1), once (2). */
    qos: v.optional(qos, 1),
    /** What payloads are: JSON, a text as it is (`'json'`); texts and numbers as they are (`'text'`); or bytes. */
    payload: v.optional(payload, 'json'),
    /** Whether the broker keeps the last message for later subscribers. */
    retain: v.optional(flag, false),
    /** Whether the values that exist when the bridge starts are published, too. */
    initial: v.optional(flag, false),
  },
  OBJECT,
);

export const unsentSchema = v.strictObject(
  {
    /** The most messages. */
    messages: v.optional(count(1), 10_000),
    /** The most bytes of them. */
    bytes: v.optional(bytes(1), 16 * MIB),
    /** Whether only the newest value of each topic waits, or each value. */
    keep: v.optional(oneOf('latest', 'every'), 'latest'),
    /** What is dropped when the limit is reached. */
    drop: v.optional(oneOf('oldest', 'newest'), 'oldest'),
  },
  OBJECT,
);

export const mqttSchema = v.strictObject({
  ...tonicOptions,
  /** The broker: `mqtt://`, `mqtts://`, `ws://` or `wss://`, with a name and password where it wants them. */
  url: brokerUrl,
  /** Topics whose messages are set in the Store. */
  subscribe: v.optional(v.array(topicToPath, 'must be a list of { topic, path }'), []),
  /** Paths whose changes are published. */
  publish: v.optional(v.array(pathToTopic, 'must be a list of { path, topic }'), []),
  /**
   * The source of what it sets. Changes with this source are not published, so nothing goes in a circle, not even
   * between several bridges of one Store.
   */
  source: v.optional(text, 'mqtt'),
  /** The most bytes of a payload, either way. */
  payloadLimit: v.optional(bytes(1), MIB),
  /** What may wait to be published while the broker is away or slow. */
  unsentLimit: v.optional(unsentSchema, {}),
  /** Which Store: its class. Default: `Store`. */
  store: v.optional(callable<typeof Store>('a class of Stores')),
  /** Further options of the client, such as `{ clientId, ca, keepalive }`. */
  client: v.optional(v.record(v.string(), v.unknown(), OBJECT), {}),
  /** Makes the client. Default: the `connect` of the package mqtt. */
  connect: v.optional(callable<MqttConnect>('a function that makes a client')),
});

/** Topics that are brought into a Store. */
export type MqttSubscribe = Readonly<v.InferInput<typeof topicToPath>>;
/** Paths that are brought to a broker. */
export type MqttPublish = Readonly<v.InferInput<typeof pathToTopic>>;
/** Options of an {@link MqttBridge}. */
export type MqttBridgeOptions = Omit<Readonly<v.InferInput<typeof mqttSchema>>, 'subscribe' | 'publish'> &
  TonicOptions & {
    readonly subscribe?: readonly MqttSubscribe[] | undefined;
    readonly publish?: readonly MqttPublish[] | undefined;
  };
export type MqttSettings = Readonly<v.InferOutput<typeof mqttSchema>>;

function isUrl(given: string): boolean {
  return URL.canParse(given) && PROTOCOLS.test(new URL(given).protocol);
}
