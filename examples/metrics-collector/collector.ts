import { type Address, type ListenInfo, TcpConnection, TcpServer, Tonic, UdpSocket } from 'tasktonic';
import { lines } from 'tasktonic/framing';
import type { Serving } from '../shared/serving.js';
import { Aggregator } from './aggregator.js';

/** Hears metrics: several in a datagram, one a line. */
class StatsdSocket extends UdpSocket {
  readonly #aggregator = this.use(Aggregator);

  ttse__onDatagram(data: Buffer, _from: Address): void {
    this.#aggregator.ttsc__take(data.toString().split('\n').filter(Boolean));
  }
}

/** Somebody who asks for the figures: `figures`, or `figures requests.` for those that begin so. */
export class FiguresConnection extends TcpConnection.with({ framing: lines({ max: 1_000 }) }) {
  readonly #aggregator = this.use(Aggregator);

  ttse__onFrame(line: string): void {
    const [command, prefix = ''] = line.trim().split(' ');
    // Answers come in the order of the questions, whatever each needs.
    if (command === 'figures') this.ask(this.#aggregator).ttsc__figures(prefix).then(this.ttse__onFigures);
    else this.sendFrame('error: say figures, or figures and how their names begin');
  }

  ttse__onFigures(figures: readonly string[]): void {
    this.send(`${figures.join('\n')}\nend\n`);
  }
}

/** Takes metrics over UDP, and tells the figures over TCP on the same port. */
export class Collector extends Tonic {
  constructor(private readonly places: readonly Serving[]) {
    super();
  }

  ttse__onStart(): void {
    const protocol = (): FiguresConnection => this.connection();
    for (const place of this.places) new TcpServer({ ...place, maxConnections: 100, idleTimeout: 60_000, protocol });
  }

  protected connection(): FiguresConnection {
    return new FiguresConnection();
  }

  /** TCP listens first: where the port was left open (0), UDP takes the same one. */
  ttse__onListening({ transport, address, port }: ListenInfo): void {
    if (transport === 'tcp') new StatsdSocket({ host: address, port });
  }
}
