import { type DisconnectInfo, type RelayEnd, TcpClient, TcpConnection, relay } from 'tasktonic';
import type { Backend } from './backends.js';
import type { ProxySettings } from './settings.js';

/** What a client needs of the proxy. */
export interface Front {
  readonly settings: ProxySettings;
  readonly counts: { unserved: number; triedAgain: number; bytesIn: number; bytesOut: number };
  visitors: number;
  /** The backend for a client that has tried those. */
  choose(tried: ReadonlySet<Backend>): Backend | undefined;
  ttsc__left(): void;
}

/** A client. It is not read from until a backend has taken a connection for it; from then on bytes go by `relay()`. */
export class Visitor extends TcpConnection {
  readonly #tried = new Set<Backend>();

  constructor(private readonly front: Front) {
    super();
  }

  ttse__onConnected(): void {
    this.front.visitors += 1;
    this.ttsc__pause();
    this.ttsc__tryNext();
  }

  /** What the client sends has gone to no backend yet: so another one may have it. */
  ttsc__tryNext(): void {
    const { front } = this;
    const backend = front.choose(this.#tried);
    if (backend === undefined) {
      front.counts.unserved += 1;
      return this.ttsc__close();
    }
    if (this.#tried.size > 0) front.counts.triedAgain += 1;
    this.#tried.add(backend);
    new Way(backend, front, this);
    return undefined;
  }

  ttse__onRelayEnded({ toOther, fromOther }: RelayEnd): void {
    this.front.counts.bytesIn += toOther;
    this.front.counts.bytesOut += fromOther;
  }

  ttse__onError(): void {}

  ttse__onDisconnected(): void {
    this.front.ttsc__left();
  }
}

/** The connection to a backend, for one visitor. */
class Way extends TcpClient {
  #isRelayed = false;

  constructor(
    private readonly backend: Backend,
    front: Front,
    private readonly visitor: Visitor,
  ) {
    const { sendProxy } = front.settings;
    const header = sendProxy !== 0 && { proxyProtocol: { of: visitor, version: sendProxy } };
    super({ ...backend.way(front.settings), ...header });
    backend.open += 1;
  }

  ttse__onConnected(): void {
    this.#isRelayed = true;
    relay(this.visitor, this);
    this.visitor.ttsc__resume();
  }

  ttse__onError({ message }: Error): void {
    this.log.info(message);
  }

  /** Until a check says otherwise, one that takes no connection is down. */
  ttse__onDisconnected({ reason }: DisconnectInfo): void {
    this.backend.open -= 1;
    if (this.#isRelayed || reason === 'finished') return;
    this.backend.isUp = false;
    this.visitor.ttsc__tryNext();
  }

  ttse__onRelayEnded(): void {}
}
