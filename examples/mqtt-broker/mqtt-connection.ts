import type { IConnectPacket, IPublishPacket, ISubscribePacket, Packet } from 'mqtt-packet';
import { TcpConnection } from 'tasktonic';
import { type MessageHub, type Session, isTopic, isTopicFilter } from 'tasktonic/collections';
import { type Message, packets } from './packets.js';

/** Brings messages, as bytes, to those that have subscribed to them. */
export type Hub = MessageHub<MqttConnection, Message, Buffer>;

/** What a CONNACK says (MQTT 3.1.1, 3.2.2.3), and a SUBACK of a filter that is not taken. */
const [ACCEPTED, BAD_VERSION, BAD_ID, UNAVAILABLE] = [0, 1, 2, 3];
const REFUSED = 0x80;

/** One client: a stranger until its CONNECT, which is the first packet, and only the first (3.1). */
export class MqttConnection extends TcpConnection.with({ states: ['stranger', 'client'], framing: packets }) {
  static override readonly stateTimeouts = { stranger: 10_000 };
  #session!: Session<MqttConnection, Buffer>;
  #will: Message | undefined;

  constructor(private readonly hub: Hub) {
    super();
  }

  ttse__onConnected(): void {
    this.toState('stranger');
  }

  ttse_stranger__onStateTimeout(): void {
    this.ttsc__close();
  }

  ttse_stranger__onFrame(packet: Packet): void {
    if (packet.cmd !== 'connect') return this.ttsc__close();
    const { clientId, clean = false, keepalive = 0, will } = packet;
    const refusal = refusalOf(packet);
    const terms = { id: clientId || undefined, fresh: clean, keepFor: clean ? 0 : Infinity };
    const session = refusal === ACCEPTED ? this.hub.open(this, terms) : undefined;
    const sessionPresent = session !== undefined && session.connections > 1;
    this.sendFrame({ cmd: 'connack', returnCode: session ? ACCEPTED : refusal || UNAVAILABLE, sessionPresent });
    if (session === undefined) return this.ttsc__close();
    this.#session = session;
    if (will !== undefined) this.#will = { qos: 0, retain: false, ...will };
    this.setIdleTimeout(keepalive > 0 && keepalive * 1_500, 'read');
    this.toState('client');
    session.resume();
  }

  ttse_client__onFrame(packet: Packet): void {
    if (packet.messageId === 0) return this.ttsc__close();
    switch (packet.cmd) {
      case 'publish':
        return this.#publish(packet);
      case 'puback':
        return void this.#session.acknowledge(packet.messageId!);
      case 'subscribe':
        return this.#subscribe(packet);
      case 'unsubscribe':
        for (const filter of packet.unsubscriptions) this.hub.unsubscribe(this.#session, filter);
        return void this.sendFrame({ cmd: 'unsuback', messageId: packet.messageId!, granted: [] });
      case 'pingreq':
        return void this.sendFrame({ cmd: 'pingresp' });
      case 'disconnect':
        this.#will = undefined;
        return this.ttsc__close();
      default:
        return this.ttsc__close();
    }
  }

  #publish(packet: IPublishPacket): void {
    const { topic, qos, messageId } = packet;
    if (qos === 2 || !isTopic(topic)) return this.ttsc__close();
    this.#bring(packet);
    if (qos === 1) this.sendFrame({ cmd: 'puback', messageId: messageId! });
  }

  /** An empty message that is to be retained takes the place of the one before (3.3.1.3). */
  #bring(message: Message): void {
    const { topic, payload, retain } = message;
    const qos = message.qos === 0 ? 0 : 1;
    if (retain && payload.length === 0) this.hub.forget(topic);
    else if (retain && !this.hub.retain(topic, message, qos)) this.log.warn(`no room to retain ${topic}`);
    this.hub.publish(topic, message, qos);
  }

  #subscribe({ subscriptions, messageId }: ISubscribePacket): void {
    const granted = subscriptions.map(({ topic, qos }) => {
      const least = qos === 0 ? 0 : 1;
      return isTopicFilter(topic) && this.hub.subscribe(this.#session, topic, least) ? least : REFUSED;
    });
    this.sendFrame({ cmd: 'suback', messageId: messageId!, granted });
    for (const [at, qos] of granted.entries())
      if (qos !== REFUSED) this.hub.sendRetained(this.#session, subscriptions[at]!.topic, qos === 0 ? 0 : 1);
  }

  /** What came is no packet: that ends this connection alone. */
  ttse__onError(): void {
    this.ttsc__close();
  }

  /** However it ends, without a DISCONNECT its will is published. */
  ttse_client__onExit(): void {
    if (this.#will !== undefined) this.#bring(this.#will);
    this.hub.close(this.#session, this);
  }
}

function refusalOf({ clientId, clean, protocolVersion, will }: IConnectPacket): number {
  if (protocolVersion !== 4) return BAD_VERSION;
  if (clientId === '' && clean !== true) return BAD_ID;
  return will === undefined || isTopic(will.topic) ? ACCEPTED : UNAVAILABLE;
}
