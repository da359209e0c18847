import type { IPublishPacket } from 'mqtt-packet';
import { packets } from './packets.js';

/** What is published. */
export interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

/** A message as it leaves: with QoS 1 each receiver has a copy, with a number of its own at that place. */
export interface Delivery {
  readonly bytes: Buffer;
  /** 0 where it has none. */
  readonly numberAt: number;
}

/** What a packet publishes, or a will. Its payload is copied: it is a part of all that has come with it. */
export function messageOf({ topic, payload, qos, retain }: IPublishPacket): Message {
  return { topic, payload: Buffer.from(payload as Buffer), qos: qos === 0 ? 0 : 1, retain };
}

export function deliveryOf({ topic, payload }: Message, qos: 0 | 1, retain: boolean): Delivery {
  const bytes = packets.encode({ cmd: 'publish', topic, payload, qos, retain, dup: false, messageId: 1 });
  return { bytes, numberAt: qos === 0 ? 0 : bytes.length - payload.length - 2 };
}
