import { type Address, type ListenInfo, TcpConnection, TcpServer, Tonic, UdpSocket } from 'tasktonic';

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

/** TCP and UDP echo (RFC 862) on one port. */
export class EchoServer extends Tonic.with({ states: ['opening', 'serving'] }) {
  #tcp!: TcpServer;
  #udp: EchoSocket | undefined;

  constructor(
    private readonly host: string,
    private readonly port: number,
  ) {
    super();
  }

  ttse__onStart(): void {
    this.toState('opening');
    this.#tcp = new TcpServer({ host: this.host, port: this.port, protocol: EchoConnection });
  }

  /** TCP listens first: where the port was left open (0), UDP takes the same one. */
  ttse_opening__onListening({ transport, port }: ListenInfo): void {
    if (transport === 'tcp') this.#udp = new EchoSocket({ host: this.host, port });
    else this.toState('serving');
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
    const { accepted } = this.#tcp.counts;
    const datagrams = this.#udp?.traffic.receivedMessages ?? 0;
    this.log.info({ accepted, datagrams }, `ended after ${accepted} connections and ${datagrams} datagrams`);
  }
}
