import { type ConfigurationOf, type ListenInfo, TcpServer, Tonic, type TurnedAway } from 'tasktonic';
import type { Serving } from '../shared/serving.js';
import { Backend, Checks, leastConnections } from './backends.js';
import type { ProxySettings } from './settings.js';
import { type Front, Visitor } from './visitor.js';

/** Hands each client on to the backend that has the fewest connections. */
export class Proxy extends Tonic implements Front {
  declare readonly config: ConfigurationOf<{ readonly proxy: ProxySettings }>;
  /** Clients that no backend took, tries with a further backend, clients that were turned away, and bytes. */
  readonly counts = { served: 0, unserved: 0, triedAgain: 0, turnedAway: 0, bytesIn: 0, bytesOut: 0 };
  /** Clients that are here. */
  visitors = 0;
  settings!: ProxySettings;
  #checks = new Map<string, Checks>();
  #servers: TcpServer[] = [];
  #chosen = 0;
  #isEnding = false;

  constructor(private readonly places: readonly Serving[]) {
    super({ name: 'proxy' });
  }

  /** What speaks with each client. */
  protected visitor(): Visitor {
    return new Visitor(this);
  }

  ttse__onStart(): void {
    this.#configure();
    const { maxConnections, maxConnectionsPerAddress, idleTimeout } = this.settings;
    const limits = { maxConnections, maxConnectionsPerAddress, idleTimeout };
    this.#servers = this.places.map((place) => new TcpServer({ ...place, ...limits, protocol: () => this.visitor() }));
  }

  ttse__onConfigurationChanged(): void {
    this.#configure();
  }

  /** Backends that stay keep what is known of them. */
  #configure(): void {
    this.settings = this.config.get('proxy');
    const before = this.#checks;
    this.#checks = new Map();
    for (const place of this.settings.backends)
      this.#checks.set(place, new Checks(before.get(place)?.backend ?? new Backend(place), this.settings));
    for (const checks of before.values()) checks.ttsc__finish();
    this.log.info(`backends: ${[...this.#checks.keys()].join(', ')}`);
  }

  get backends(): Backend[] {
    return [...this.#checks.values()].map(({ backend }) => backend);
  }

  /** The backend for a client that has tried those. */
  choose(tried: ReadonlySet<Backend>): Backend | undefined {
    const chosen = leastConnections(this.backends.filter((one) => !tried.has(one)));
    if (chosen !== undefined) chosen.chosenAt = this.#chosen += 1;
    return chosen;
  }

  ttse__onListening({ address, port }: ListenInfo): void {
    this.log.info({ port }, `proxy on ${address} port ${port}`);
  }

  ttse__onTurnedAway(_server: TcpServer, { count = 1 }: TurnedAway): void {
    this.counts.turnedAway += count;
  }

  // ---- The end: nobody new is let in, and who is here may finish ----

  ttse__onShutdown(): void {
    this.#isEnding = true;
    for (const server of this.#servers) server.ttsc__pause();
    this.log.info(`drains: ${this.visitors} connections are open`);
    this.#endWhenEmpty();
  }

  ttsc__left(): void {
    this.visitors -= 1;
    this.counts.served += 1;
    this.#endWhenEmpty();
  }

  #endWhenEmpty(): void {
    if (this.#isEnding && this.visitors === 0) this.ttsc__finish();
  }

  ttse__onFinished(): void {
    this.log.info(this.counts, 'counts');
  }
}
