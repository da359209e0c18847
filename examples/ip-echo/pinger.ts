import {
  type Address,
  type DisconnectInfo,
  type ListenInfo,
  TcpClient,
  TimerRepeat,
  TimerSingleShot,
  Tonic,
  UdpSocket,
} from 'tasktonic';
import { Meter } from './meter.js';

export interface PingOptions {
  readonly host: string;
  readonly port: number;
  readonly udp: boolean;
  readonly connections: number;
  /** Bytes of a message. */
  readonly size: number;
  readonly seconds: number;
  /** Whether the figures are shown while they change. */
  readonly live: boolean;
}

/** Sends a message, waits for all of it to come back, and sends the next. */
class TcpPing extends TcpClient {
  readonly #message: Buffer;
  #left = 0;
  #sentAt = 0;

  constructor(
    options: PingOptions,
    private readonly meter: Meter,
  ) {
    super({ host: options.host, port: options.port, retries: 0 });
    this.#message = Buffer.alloc(options.size, 'TaskTonic ');
  }

  ttse__onConnected(): void {
    this.#ping();
  }

  ttse__onData(data: Buffer): void {
    const { length } = this.#message;
    if (!data.equals(this.#message.subarray(length - this.#left).subarray(0, data.length)))
      throw new Error('what came back is not what was sent');
    this.#left -= data.length;
    if (this.#left > 0) return;
    this.meter.returned(length, performance.now() - this.#sentAt);
    this.#ping();
  }

  #ping(): void {
    this.#left = this.#message.length;
    this.#sentAt = performance.now();
    this.send(this.#message);
  }
}

/** The same with datagrams; one that is lost is sent again after a second. */
class UdpPing extends UdpSocket {
  readonly #message: Buffer;
  #sentAt = 0;
  #patience!: TimerSingleShot | TimerRepeat;

  constructor(
    options: PingOptions,
    private readonly meter: Meter,
  ) {
    super({ remote: { host: options.host, port: options.port } });
    this.#message = Buffer.alloc(options.size, 'TaskTonic ');
  }

  ttse__onListening(_info: ListenInfo): void {
    this.#patience = new TimerRepeat({ seconds: 1, name: 'patience' });
    this.#ping();
  }

  ttse__onDatagram(data: Buffer, _from: Address): void {
    this.meter.returned(data.length, performance.now() - this.#sentAt);
    this.#patience.restart();
    this.#ping();
  }

  ttse__onPatience(): void {
    this.#ping();
  }

  #ping(): void {
    this.#sentAt = performance.now();
    this.send(this.#message);
  }
}

/** Pings over several connections for a while, and shows how long the round trips take. */
export class Pinger extends Tonic {
  readonly #meter = new Meter();

  constructor(private readonly options: PingOptions) {
    super();
  }

  ttse__onStart(): void {
    const { connections, udp, seconds, live } = this.options;
    const Ping = udp ? UdpPing : TcpPing;
    for (let count = 0; count < connections; count++) new Ping(this.options, this.#meter);
    new TimerSingleShot({ seconds, name: 'enough' });
    if (live) new TimerRepeat({ seconds: 0.25, name: 'show' });
  }

  ttse__onShow(): void {
    process.stdout.write(`\r\x1b[K${this.#meter}`);
  }

  ttse__onEnough(): void {
    this.ttsc__finish();
  }

  ttse__onError(_socket: Tonic, error: Error): void {
    console.error(error.message);
    process.exitCode = 1;
  }

  ttse__onDisconnected(_connection: TcpClient, { reason }: DisconnectInfo): void {
    if (reason !== 'finished') this.ttsc__finish();
  }

  ttse__onFinished(): void {
    console.log(`${this.options.live ? '\r\x1b[K' : ''}${this.#meter}`);
  }
}
