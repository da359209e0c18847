import type { ListenInfo } from 'tasktonic';
import { BoundedMap, type OutboxOptions, Topics, fitsTopic } from 'tasktonic/collections';
import { HttpServer, type WebSocketPathOptions, overWebSocket } from 'tasktonic/http';
import { Served } from '../shared/served.js';
import type { Serving } from '../shared/serving.js';
import { type Delivery, type Message, deliveryOf } from './message.js';
import { type ClientsBroker, MqttConnection, type Qos } from './mqtt-connection.js';
import { type Receiver, Session } from './session.js';

export interface BrokerOptions {
  readonly places: readonly Serving[];
  /** Where it is spoken over WebSockets, at `/mqtt`, if anywhere. */
  readonly web?: (Serving & { readonly port: number }) | undefined;
  /** What may wait for one client. */
  readonly bound?: OutboxOptions;
}

const MqttWebSocket = overWebSocket(MqttConnection);

/** Brings what clients publish to those that have subscribed to it. */
export class Broker extends Served implements ClientsBroker {
  readonly topics = new Topics<Session, Qos>({ filters: 100, join: (one, other) => (one > other ? one : other) });
  readonly #sessions = new BoundedMap<string | symbol, Session>({ items: 1_000 });
  readonly #retained = new BoundedMap<string, Message>({ items: 10_000 });

  constructor(private readonly options: BrokerOptions) {
    super(options.places, 'MQTT', { name: 'broker' });
  }

  protected connection(): MqttConnection {
    return new MqttConnection(this);
  }

  /** What its sessions are. */
  protected get Session(): typeof Session {
    return Session;
  }

  override ttse__onStart(): void {
    super.ttse__onStart();
    const protocol = (): InstanceType<typeof MqttWebSocket> => new MqttWebSocket(this);
    const path: WebSocketPathOptions = { protocol, subprotocols: ['mqtt'], origins: '*' };
    if (this.options.web !== undefined) new HttpServer({ ...this.options.web, webSockets: { '/mqtt': path } });
  }

  override ttse__onListening({ address, port, tonic }: ListenInfo): void {
    this.log.info({ port }, `MQTT ${tonic instanceof HttpServer ? 'over WebSocket ' : ''}on ${address} port ${port}`);
  }

  ttsc__publish(message: Message): void {
    if (message.retain) this.#retain(message);
    const deliveries: [Delivery?, Delivery?] = [];
    for (const { subscriber, terms } of this.topics.subscribersOf(message.topic)) {
      const qos = terms === 0 ? 0 : message.qos;
      subscriber.deliver((deliveries[qos] ??= deliveryOf(message, qos, false)));
    }
  }

  #retain(message: Message): void {
    if (message.payload.length === 0) this.#retained.delete(message.topic);
    else if (!this.#retained.set(message.topic, message))
      this.log.warn(`more than ${this.#retained.limits.items} messages are to be retained: this one is not`);
  }

  // ---- For its connections, in their own sparkles ----

  open(clientId: string, isClean: boolean): [session: Session, goesOn: boolean] | undefined {
    const old = this.#sessions.get(clientId);
    old?.client?.ttsc__giveWay();
    if (old?.isKept === true && !isClean) return [old, true];
    const id = clientId === '' ? Symbol('unnamed') : clientId;
    const tell = (what: string): void => this.log.warn(`${String(id)} ${what}`);
    const session = new this.Session(id, !isClean, this.options.bound ?? {}, tell);
    if (!this.#sessions.set(id, session)) return undefined;
    if (old !== undefined) this.topics.leave(old);
    return [session, false];
  }

  close(session: Session, client: Receiver): void {
    if (session.client !== client) return;
    session.client = undefined;
    if (session.isKept || this.#sessions.get(session.id) !== session) return;
    this.#sessions.delete(session.id);
    this.topics.leave(session);
  }

  tellRetained(session: Session, filter: string, qos: Qos): void {
    for (const message of this.#retained.values())
      if (fitsTopic(filter, message.topic)) session.deliver(deliveryOf(message, qos === 0 ? 0 : message.qos, true));
  }
}
