import type { IConnectPacket, IPublishPacket, ISubscribePacket, Packet } from 'mqtt-packet';
import { TcpConnection } from 'tasktonic';
import { type Topics, isTopic, isTopicFilter } from 'tasktonic/collections';
import { type Message, messageOf } from './message.js';
import { packets } from './packets.js';
import type { Receiver, Session } from './session.js';

export type Qos = 0 | 1;

/** What a client needs of the broker. */
export interface ClientsBroker {
  readonly topics: Topics<Session, Qos>;
  /** The session of a client, and whether it is one that goes on; `undefined` where there are too many. Who had it gives way. */
  open(clientId: string, isClean: boolean): [session: Session, goesOn: boolean] | undefined;
  close(session: Session, client: Receiver): void;
  tellRetained(session: Session, filter: string, qos: Qos): void;
  ttsc__publish(message: Message): void;
}

/** What a CONNACK says (MQTT 3.1.1, 3.2.2.3), and a SUBACK of a filter that is not taken. */
const [ACCEPTED, BAD_VERSION, BAD_ID, FULL] = [0, 1, 2, 3];
const REFUSED = 0x80;

/** One client: a stranger until its CONNECT, which is the first packet, and only the first (3.1). */
export class MqttConnection extends TcpConnection.with({
  states: ['stranger', 'client', 'leaving'],
  framing: packets,
}) {
  static override readonly stateTimeouts = { stranger: 10_000 };
  #session!: Session;
  #will: Message | undefined;

  constructor(private readonly broker: ClientsBroker) {
    super();
  }

  ttse__onConnected(): void {
    this.toState('stranger');
  }

  ttse_stranger__onStateTimeout(): void {
    this.#leave();
  }

  ttse_stranger__onFrame(packet: Packet): void {
    if (packet.cmd !== 'connect') return this.#leave();
    const { clientId, clean = false, keepalive = 0, will } = packet;
    const refusal = refusalOf(packet);
    const opened = refusal === ACCEPTED ? this.broker.open(clientId, clean) : undefined;
    if (opened === undefined) {
      this.sendFrame({ cmd: 'connack', returnCode: refusal || FULL, sessionPresent: false });
      return this.#leave();
    }
    const [session, isOld] = opened;
    this.#session = session;
    if (will !== undefined) this.#will = messageOf(will as IPublishPacket);
    this.setIdleTimeout(keepalive > 0 && keepalive * 1_500, 'read');
    this.toState('client');
    this.sendFrame({ cmd: 'connack', returnCode: ACCEPTED, sessionPresent: isOld });
    return session.resume(this);
  }

  ttse_client__onFrame(packet: Packet): void {
    switch (packet.cmd) {
      case 'publish':
        return this.#publish(packet);
      case 'puback':
        return this.#session.acknowledged(packet.messageId!);
      case 'subscribe':
        return this.#subscribe(packet);
      case 'unsubscribe':
        for (const filter of packet.unsubscriptions) this.broker.topics.unsubscribe(this.#session, filter);
        return void this.sendFrame({ cmd: 'unsuback', messageId: packet.messageId!, granted: [] });
      case 'pingreq':
        return void this.sendFrame({ cmd: 'pingresp' });
      case 'disconnect':
        this.#will = undefined;
        return this.#leave();
      default:
        return this.#leave();
    }
  }

  #publish(packet: IPublishPacket): void {
    if (packet.qos === 2 || !isTopic(packet.topic)) return this.#leave();
    this.broker.ttsc__publish(messageOf(packet));
    if (packet.qos === 1) this.sendFrame({ cmd: 'puback', messageId: packet.messageId! });
  }

  #subscribe({ subscriptions, messageId }: ISubscribePacket): void {
    const granted = subscriptions.map(({ topic, qos }) => {
      const taken = qos === 0 ? 0 : 1;
      return isTopicFilter(topic) && this.broker.topics.subscribe(this.#session, topic, taken) ? taken : REFUSED;
    });
    this.sendFrame({ cmd: 'suback', messageId: messageId!, granted });
    for (const [at, qos] of granted.entries())
      if (qos !== REFUSED) this.broker.tellRetained(this.#session, subscriptions[at]!.topic, qos as Qos);
  }

  /** Somebody else has come with its name (3.1.4). */
  ttsc__giveWay(): void {
    this.#leave();
  }

  /** What came is no packet: that ends this connection alone. */
  ttse__onError(): void {
    this.#leave();
  }

  /** However it ends, without a DISCONNECT its will is published. */
  ttse_client__onExit(): void {
    if (this.#will !== undefined) this.broker.ttsc__publish(this.#will);
    this.broker.close(this.#session, this);
  }

  #leave(): void {
    this.toState('leaving');
    this.ttsc__close();
  }
}

function refusalOf({ clientId, clean, protocolVersion, will }: IConnectPacket): number {
  if (protocolVersion !== 4) return BAD_VERSION;
  if (clientId === '' && clean !== true) return BAD_ID;
  return will === undefined || isTopic(will.topic) ? ACCEPTED : FULL;
}
