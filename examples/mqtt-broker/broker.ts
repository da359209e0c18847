import type { ListenInfo } from 'tasktonic';
import { MessageHub, type SessionOptions } from 'tasktonic/collections';
import { HttpServer, type WebSocketPathOptions, overWebSocket } from 'tasktonic/http';
import { Served } from '../shared/served.js';
import type { Serving } from '../shared/serving.js';
import { type Hub, MqttConnection } from './mqtt-connection.js';
import { encode, numbered } from './packets.js';

const MqttWebSocket = overWebSocket(MqttConnection);

/** Serves MQTT at places, and over WebSockets at `/mqtt` where that is wanted. */
export class Broker extends Served {
  protected readonly hub: Hub;

  /** @param waiting what may wait for one client. */
  constructor(
    places: readonly Serving[],
    private readonly web?: Serving & { readonly port: number },
    waiting: SessionOptions = {},
  ) {
    super(places, 'MQTT', { name: 'broker' });
    this.hub = new MessageHub({
      waiting,
      encode,
      sizeOf: (bytes) => bytes.length,
      send: (client, bytes, number, tries) =>
        client.ttsc__send(number === 0 ? bytes : numbered(bytes, number, tries > 0)),
      onReplaced: (client) => client.ttsc__close(),
      onBehind: ({ id }) => this.log.warn(`${id} does not keep up, and misses messages`),
      onCaughtUp: ({ id }, missed) => this.log.warn(`${id} goes on, and has missed ${missed} messages`),
    });
  }

  protected connection(): MqttConnection {
    return new MqttConnection(this.hub);
  }

  override ttse__onStart(): void {
    super.ttse__onStart();
    const protocol = (): InstanceType<typeof MqttWebSocket> => new MqttWebSocket(this.hub);
    const mqtt: WebSocketPathOptions = { protocol, subprotocols: ['mqtt'], origins: '*' };
    if (this.web !== undefined) new HttpServer({ ...this.web, webSockets: { '/mqtt': mqtt } });
  }

  override ttse__onListening({ address, port, tonic }: ListenInfo): void {
    this.log.info({ port }, `MQTT ${tonic instanceof HttpServer ? 'over WebSocket ' : ''}on ${address} port ${port}`);
  }
}
