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
    /** The topics: `+` stands for one level, `#` at the end for all further ones. */
    topic: text,
    /** The paths that their values are set at: `*` is what `+` stands for, `**` what `#` does, in their order. */
    path: text,
    /** How sure a message comes: at most once (0), at least once (1), once (2). */
    qos: v.optional(qos, 1),
    /** What payloads are: JSON where it is that, else text (`'json'`); text always; or bytes. */
    payload: v.optional(payload, 'json'),
    /** Whether what the broker has kept is taken as well. */
    retained: v.optional(flag, true),
  },
  OBJECT,
);

export const pathToTopic = v.strictObject(
  {
    /** The paths whose changes are published: `*` stands for one name, `**` at the end for all further ones. */
    path: text,
    /** The topics: `+` is what `*` stands for, `#` what `**` does, in their order. */
    topic: text,
    /** How sure a message arrives: at most once (0), at least once (1), once (2). */
    qos: v.optional(qos, 1),
    /** What payloads are: JSON, a text as it is (`'json'`); texts and numbers as they are (`'text'`); or bytes. */
    payload: v.optional(payload, 'json'),
    /** Whether the broker keeps the last one for who subscribes later. */
    retain: v.optional(flag, false),
    /** Whether what is there when the bridge starts is published, too. */
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
    /** Of a topic its newest value waits alone, or each one. */
    keep: v.optional(oneOf('latest', 'every'), 'latest'),
    /** What is given up where there is no room. */
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
   * The source of what it sets. What has this source is not published: so nothing goes in a circle, between bridges of one Store neither.
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
