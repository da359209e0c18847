import { Interest, type InterestSet } from '../../../selector/interest.js';
import type { Address, ListenSettings, ListenerChannel, StreamChannel, TurnedAway } from '../../../selector/network.js';
import type { ReadyHandler, SelectionKey } from '../../../selector/selection-key.js';
import type { SelectorCatalyst } from '../../../selector/selector-catalyst.js';

/** Who hears of the listening socket of a server, between two turns. */
export interface ListenerEvents {
  listens(): void;
  /** Peers wait to be taken. */
  peersWait(): void;
  turnedAway(peer: TurnedAway): void;
  failed(error: Error): void;
}

/** The listening socket of a server, from when it is opened to when it is closed: then it closes whom nobody has taken. */
export class ServerListener implements ReadyHandler {
  readonly #events: ListenerEvents;
  readonly #channel: ListenerChannel;
  readonly #key: SelectionKey;

  constructor({ network, selector }: SelectorCatalyst<string>, settings: ListenSettings, events: ListenerEvents) {
    this.#events = events;
    this.#channel = network.listen(settings);
    this.#key = selector.register(this.#channel, Interest.CONNECT | Interest.ACCEPT, this);
  }

  get local(): Address | undefined {
    return this.#channel.local;
  }

  /** The next peer that waits. */
  take(): StreamChannel | undefined {
    return this.#channel.take();
  }

  /** The same, where peers are to be moved to other threads. */
  takeSocket(): unknown {
    return this.#channel.takeSocket();
  }

  /** New peers are turned away. */
  pause(): void {
    this.#key.modify(Interest.CONNECT);
  }

  resume(): void {
    this.#key.modify(Interest.CONNECT | Interest.ACCEPT);
  }

  close(): void {
    this.#key.cancel();
  }

  /** @internal */
  onReady(_key: SelectionKey, ready: InterestSet): void {
    if ((ready & Interest.CONNECT) !== 0) this.#events.listens();
    if ((ready & Interest.ACCEPT) !== 0) this.#events.peersWait();
    if ((ready & Interest.HANGUP) === 0) return;
    for (let peer = this.#channel.takeTurnedAway(); peer !== undefined; peer = this.#channel.takeTurnedAway())
      this.#events.turnedAway(peer);
    const error = this.#channel.takeError();
    if (error !== undefined) this.#events.failed(error);
  }
}
