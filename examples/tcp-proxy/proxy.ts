import { type ConfigurationOf, type ListenInfo, TcpBackends, TcpConnection, TcpServer, Tonic } from 'tasktonic';
import type { TurnedAway } from 'tasktonic';
import type { Serving } from '../shared/serving.js';
import type { Settings } from './settings.js';

/** A client: it is not read from until a backend has taken a connection for it. From then on bytes go by, and no sparkle runs for them. */
class Visitor extends TcpConnection {
  constructor(private readonly backends: TcpBackends) {
    super();
  }

  ttse__onConnected(): void {
    this.backends.relay(this);
  }

  /** That one was reset is nothing to tell of. */
  ttse__onError(): void {}
}

/** Hands each client on to the backend that has the fewest connections. */
export class Proxy extends Tonic {
  declare readonly config: ConfigurationOf<Settings>;
  backends!: TcpBackends;
  #turnedAway = 0;

  constructor(private readonly places: readonly Serving[]) {
    super({ name: 'proxy' });
  }

  ttse__onStart(): void {
    const { backends, ...limits } = this.config.get('proxy');
    this.backends = new TcpBackends(backends);
    for (const place of this.places) new TcpServer({ ...place, ...limits, protocol: () => this.visitor() });
    this.#tellBackends();
  }

  /** What speaks with each client. */
  protected visitor(): TcpConnection {
    return new Visitor(this.backends);
  }

  ttse__onConfigurationChanged(): void {
    this.backends.configure(this.config.get('proxy').backends);
    this.#tellBackends();
  }

  #tellBackends(): void {
    this.log.info(`backends: ${this.backends.list.map(({ place }) => place).join(', ')}`);
  }

  ttse__onListening({ address, port }: ListenInfo): void {
    this.log.info({ port }, `proxy on ${address} port ${port}`);
  }

  ttse__onTurnedAway(_server: TcpServer, { count = 1 }: TurnedAway): void {
    this.#turnedAway += count;
  }

  /** Who is here may finish, for `drain` of the backends; nobody new is let in. */
  ttse__onShutdown(): void {
    this.log.info(`drains: ${this.backends.counts.connections} connections are open`);
  }

  ttse__onFinished(): void {
    this.log.info({ ...this.backends.counts, turnedAway: this.#turnedAway }, 'counts');
  }
}
