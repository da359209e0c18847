import { type Address, type ListenInfo, TcpConnection, TcpServer, Tonic, UdpSocket } from 'tasktonic';
import type { Serving } from '../shared/serving.js';

/** Sends back what comes, one Tonic for each connection. */
class EchoConnection extends TcpConnection {
  ttse__onData(data: Buffer): void {
    this.send(data);
  }
}

/** Sends each datagram back to where it came from. */
class EchoSocket extends UdpSocket {
  ttse__onDatagram(data: Buffer, from: Address): void {
    this.send(data, from);
  }
}

/**
 * TCP and UDP echo (RFC 862) on one port; echo of streams alone on a UNIX socket. It has a TcpServer for each place, and serves when all of
 * them listen.
 */
export class EchoServer extends Tonic.with({ states: ['opening', 'serving'] }) {
  readonly #servers: TcpServer[] = [];
  #udp: EchoSocket | undefined;
  /** How many sockets are still to listen. */
  #missing = 0;

  constructor(private readonly places: readonly Serving[]) {
    super();
  }

  ttse__onStart(): void {
    this.toState('opening');
    for (const place of this.places) {
      this.#servers.push(new TcpServer({ ...place, protocol: EchoConnection }));
      this.#missing += place.port === undefined ? 1 : 2;
    }
  }

  /** TCP listens first: where the port was left open (0), UDP takes the same one. */
  ttse_opening__onListening({ transport, port, tonic }: ListenInfo): void {
    const place = this.places[this.#servers.findIndex((server) => server === tonic)];
    if (transport === 'tcp' && place?.port !== undefined) this.#udp = new EchoSocket({ host: place.host, port });
    if (--this.#missing === 0) this.toState('serving');
  }

  /** A socket that cannot be opened ends the server; later errors belong to single peers. */
  ttse_opening__onError(_socket: Tonic, error: Error): void {
    this.log.error(error.message);
    process.exitCode = 1;
    this.ttsc__finish();
  }

  ttse_serving__onError(socket: Tonic, error: Error): void {
    this.log.debug(`${socket.name}: ${error.message}`);
  }

  ttse_serving__onExit(): void {
    const accepted = this.#servers.reduce((sum, { counts }) => sum + counts.accepted, 0);
    const datagrams = this.#udp?.traffic.receivedMessages ?? 0;
    this.log.info({ accepted, datagrams }, `ended after ${accepted} connections and ${datagrams} datagrams`);
  }
}
