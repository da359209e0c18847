import { type Hears, type ListenInfo, TcpServer, Tonic } from 'tasktonic';
import { HttpServer, type WebSocketPathOptions, overWebSocket } from 'tasktonic/http';
import type { Serving } from '../shared/serving.js';
import { type Delivery, type Message, deliveryOf } from './message.js';
import { type ClientsBroker, MqttConnection } from './mqtt-connection.js';
import { type Bound, type Receiver, Session } from './session.js';
import { patternOf } from './topics.js';

export interface BrokerOptions {
  readonly places: readonly Serving[];
  /** Where it is spoken over WebSockets, at `/mqtt`, if anywhere. */
  readonly web?: (Serving & { readonly port: number }) | undefined;
  /** What may wait for one client. */
  readonly bound?: Bound;
}

/** So much there is at most: what may wait for one client, and what all of them can fill. */
const BOUND = { messages: 1_000, bytes: 1_048_576 };
const MOST = { sessions: 1_000, filters: 100, retained: 10_000, routes: 10_000 };

type Route = readonly (readonly [session: Session, qos: 0 | 1])[];
const MqttWebSocket = overWebSocket(MqttConnection);

/** Brings what clients publish to those that have subscribed to it. */
export class Broker extends Tonic implements Hears<TcpServer | HttpServer>, ClientsBroker {
  readonly #sessions = new Map<string | symbol, Session>();
  readonly #retained = new Map<string, Message>();
  /** Who receives a topic: found with a message to it, and good until anybody subscribes or goes. */
  readonly #routes = new Map<string, Route>();

  constructor(private readonly options: BrokerOptions) {
    super({ name: 'broker' });
  }

  /** What its sessions are. */
  protected get Session(): typeof Session {
    return Session;
  }

  ttse__onStart(): void {
    const { places, web } = this.options;
    for (const place of places) new TcpServer({ ...place, protocol: () => new MqttConnection(this) });
    const protocol = (): InstanceType<typeof MqttWebSocket> => new MqttWebSocket(this);
    const path: WebSocketPathOptions = { protocol, subprotocols: ['mqtt'], origins: '*' };
    if (web !== undefined) new HttpServer({ ...web, webSockets: { '/mqtt': path } });
  }

  ttse__onListening({ address, port, tonic }: ListenInfo): void {
    this.log.info({ port }, `MQTT ${tonic instanceof HttpServer ? 'over WebSocket ' : ''}on ${address} port ${port}`);
  }

  ttsc__publish(message: Message): void {
    if (message.retain) this.#retain(message);
    const deliveries: [Delivery?, Delivery?] = [];
    for (const [session, granted] of this.#routeOf(message.topic)) {
      const qos = granted === 0 ? 0 : message.qos;
      session.deliver((deliveries[qos] ??= deliveryOf(message, qos, false)));
    }
  }

  #retain(message: Message): void {
    const { topic, payload } = message;
    if (payload.length === 0) this.#retained.delete(topic);
    else if (this.#retained.has(topic) || this.#retained.size < MOST.retained) this.#retained.set(topic, message);
    else this.log.warn(`more than ${MOST.retained} messages are to be retained: this one is not`);
  }

  #routeOf(topic: string): Route {
    const known = this.#routes.get(topic);
    if (known !== undefined) return known;
    const route = [...this.#sessions.values()].flatMap((session) => {
      const qos = session.qosOf(topic);
      return qos === undefined ? [] : [[session, qos] as const];
    });
    if (this.#routes.size >= MOST.routes) this.#routes.clear();
    this.#routes.set(topic, route);
    return route;
  }

  // ---- For its connections, in their own sparkles ----

  hasRoom(clientId: string): boolean {
    return this.#sessions.has(clientId) || this.#sessions.size < MOST.sessions;
  }

  /** The session of a client, and whether it is one that goes on. Who had it gives way. */
  open(clientId: string, isClean: boolean): [session: Session, goesOn: boolean] {
    const old = this.#sessions.get(clientId);
    old?.client?.ttsc__giveWay();
    if (old?.isKept === true && !isClean) return [old, true];
    this.#routes.clear();
    const id = clientId === '' ? Symbol('unnamed') : clientId;
    const tell = (what: string): void => this.log.warn(`${String(id)} ${what}`);
    const session = new this.Session(id, !isClean, this.options.bound ?? BOUND, tell);
    this.#sessions.set(id, session);
    return [session, false];
  }

  close(session: Session, client: Receiver): void {
    if (session.client !== client) return;
    session.client = undefined;
    if (session.isKept || this.#sessions.get(session.id) !== session) return;
    this.#sessions.delete(session.id);
    this.#routes.clear();
  }

  /** @returns false where it has too many. */
  subscribe({ filters }: Session, filter: string, qos: 0 | 1): boolean {
    if (!filters.has(filter) && filters.size >= MOST.filters) return false;
    filters.set(filter, { pattern: patternOf(filter), qos });
    this.#routes.clear();
    return true;
  }

  unsubscribe({ filters }: Session, filter: string): void {
    filters.delete(filter);
    this.#routes.clear();
  }

  tellRetained(session: Session, filter: string): void {
    const { pattern, qos } = session.filters.get(filter) ?? {};
    for (const message of pattern === undefined ? [] : this.#retained.values())
      if (pattern!.test(message.topic)) session.deliver(deliveryOf(message, qos === 0 ? 0 : message.qos, true));
  }
}
