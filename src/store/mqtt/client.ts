import { createRequire } from 'node:module';
import { fail } from '../../core/errors.js';

/** A message, as it comes from a broker. */
export interface MqttMessage {
  readonly topic: string;
  readonly payload: Uint8Array | string;
  /** Whether the broker had retained the message. */
  readonly retain?: boolean | undefined;
}

/** How a topic is subscribed. */
export interface MqttWish {
  readonly qos: 0 | 1 | 2;
  /** Without messages that this client has published itself (MQTT 5). */
  readonly nl?: boolean;
}

/** What a bridge needs of an MQTT client; a client of the package mqtt has it. */
export interface MqttClient {
  on(event: 'connect' | 'close', heard: () => void): unknown;
  on(event: 'error', heard: (error: Error) => void): unknown;
  /** The client calls this with each message, and waits with the next one until `done` was called. */
  handleMessage(message: MqttMessage, done: (error?: Error) => void): void;
  subscribe(
    wishes: Record<string, MqttWish>,
    done: (error: Error | null, granted?: readonly { readonly topic: string; readonly qos: number }[]) => void,
  ): unknown;
  publish(
    topic: string,
    payload: Buffer,
    options: { readonly qos: 0 | 1 | 2; readonly retain: boolean },
    done: (error?: Error | null) => void,
  ): unknown;
  end(force: boolean, done: () => void): unknown;
  /** Destroyed if the end of the client takes too long. */
  readonly stream?: { destroy(): unknown } | undefined;
}

/** Makes a client, which connects by itself, also after a lost connection. */
export type MqttConnect = (url: string, options: Readonly<Record<string, unknown>>) => MqttClient;

/**
 * The connect() of the package mqtt, which is loaded only when it is used.
 *
 * @param here the module from which the package is resolved.
 * @throws {TaskTonicError} `TT_NO_MQTT`
 */
export function loadMqtt(here: string = import.meta.url): MqttConnect {
  try {
    return (createRequire(here)('mqtt') as { readonly connect: MqttConnect }).connect;
  } catch (thrown) {
    throw fail('TT_NO_MQTT', {}, thrown);
  }
}
