import { type DisconnectInfo, TcpClient, type TcpClientOptions, TimerRepeat, Tonic } from 'tasktonic';
import type { ProxySettings } from './settings.js';

/** One backend, and what is known of it. */
export class Backend {
  /** Connections to it: those that are open, and those that are tried. */
  open = 0;
  isUp = true;
  /** Of two that have as few, the one that was chosen longer ago comes first. */
  chosenAt = 0;

  constructor(readonly place: string) {}

  /** How a connection to it is made: one try. */
  way({ connectTimeout }: Pick<ProxySettings, 'connectTimeout'>): TcpClientOptions & { readonly port: number } {
    const [, host, port] = /^\[?(.+?)\]?:(\d+)$/.exec(this.place)!;
    return { host: host!, port: Number(port), retries: 0, connectTimeout };
  }
}

/** Looks once whether a backend takes connections. */
class Check extends TcpClient {
  declare readonly base: Checks;
  #answers = false;

  constructor(backend: Backend, settings: ProxySettings) {
    const { sendProxy } = settings;
    super({ ...backend.way(settings), logMode: 'off', ...(sendProxy !== 0 && { proxyProtocol: sendProxy }) });
  }

  ttse__onConnected(): void {
    this.#answers = true;
    this.ttsc__close();
  }

  ttse__onError(): void {}

  ttse__onDisconnected({ reason }: DisconnectInfo): void {
    if (reason !== 'finished') this.base.ttsc__looked(this.#answers);
  }
}

/** Looks at one backend again and again. */
export class Checks extends Tonic {
  #isLooking = false;

  constructor(
    readonly backend: Backend,
    private readonly settings: ProxySettings,
  ) {
    super();
  }

  ttse__onStart(): void {
    new TimerRepeat({ seconds: this.settings.checkEvery / 1_000, sparkleBack: this.ttse__look });
    this.ttse__look();
  }

  ttse__look(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    new Check(this.backend, this.settings);
  }

  ttsc__looked(answers: boolean): void {
    this.#isLooking = false;
    const { backend } = this;
    if (backend.isUp !== answers) this.log.warn(`${backend.place} is ${answers ? 'up' : 'down'}`);
    backend.isUp = answers;
  }
}

/** Of these the one with the fewest connections; of those that are down, none. */
export function leastConnections(backends: Iterable<Backend>): Backend | undefined {
  let best: Backend | undefined;
  for (const one of backends) {
    if (!one.isUp) continue;
    const fewer = one.open - (best?.open ?? Infinity);
    if (best === undefined || fewer < 0 || (fewer === 0 && one.chosenAt < best.chosenAt)) best = one;
  }
  return best;
}
