import { createRequire } from 'node:module';
import { fail } from '../../core/errors.js';

/** A message, as it comes from a broker. */
export interface MqttMessage {
  readonly topic: string;
  readonly payload: Uint8Array | string;
  /** Whether the broker had kept it, and it is no news. */
  readonly retain?: boolean | undefined;
}

/** How a topic is asked for. */
export interface MqttWish {
  readonly qos: 0 | 1 | 2;
  /** Without what this client has published itself (MQTT 5). */
  readonly nl?: boolean;
}

/** What a bridge needs of a client of MQTT: one of the package mqtt has it. */
export interface MqttClient {
  on(event: 'connect' | 'close', heard: () => void): unknown;
  on(event: 'error', heard: (error: Error) => void): unknown;
  /** The client calls it with each message, and brings no further one before it has called `done`. */
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
  /** What is destroyed where its end takes too long. */
  readonly stream?: { destroy(): unknown } | undefined;
}

/** Makes a client, which connects by itself, and again where the connection is lost. */
export type MqttConnect = (url: string, options: Readonly<Record<string, unknown>>) => MqttClient;

/**
 * The connect() of the package mqtt, which is loaded only when it is used.
 *
 * @param here where it is looked for.
 * @throws {TaskTonicError} `TT_NO_MQTT`
 */
export function loadMqtt(here: string = import.meta.url): MqttConnect {
  try {
    return (createRequire(here)('mqtt') as { readonly connect: MqttConnect }).connect;
  } catch (thrown) {
    throw fail('TT_NO_MQTT', {}, thrown);
  }
}
