import type { TaskTonicError } from '../../../core/errors.js';
import type { Address, BindSettings } from '../../../selector/network.js';
import type { SelectorCatalyst } from '../../../selector/selector-catalyst.js';
import { showAddress, socketError } from '../../socket-errors.js';
import { placeError } from '../../tcp/server/server-place.js';
import type { BoundSockets } from './peer-keeper.js';
import { ServerSocket, type SocketHearer } from './server-socket.js';
import type { CountedSocket } from './udp-server-counts.js';
import type { UdpServerSettings } from './udp-server-options.js';

/** Who hears of the sockets of a server. */
export interface SocketsHearer<P> extends Omit<SocketHearer<P>, 'opened'> {
  /** All of them are bound. */
  listens(): void;
}

/** The sockets of a UdpServer: one, or one for each address of this machine, which all have one port. */
export class ServerSockets<P extends { readonly remote: Address }> implements BoundSockets {
  readonly all: ServerSocket<P>[] = [];
  readonly #catalyst: SelectorCatalyst<string>;
  readonly #settings: UdpServerSettings;
  readonly #hearer: SocketHearer<P>;
  readonly #listens: () => void;
  /** Where each is to be bound; `undefined` for the one that is bound as the options say. */
  readonly #hosts: readonly (string | undefined)[];
  #opened = 0;

  constructor(catalyst: SelectorCatalyst<string>, settings: UdpServerSettings, hearer: SocketsHearer<P>) {
    const { host, family, socketPerAddress } = settings;
    const own = socketPerAddress ? catalyst.network.localAddresses(family) : [];
    this.#catalyst = catalyst;
    this.#settings = settings;
    this.#hosts = own.length > 0 ? own : [host];
    this.#listens = () => hearer.listens();
    this.#hearer = { ...hearer, opened: () => this.#opens() };
    // With port 0 the system chooses one for the first, which the others take.
    this.#bind(this.#hosts[0], settings.port);
  }

  get local(): Address | undefined {
    const local = this.all[0]?.local;
    if (local === undefined || this.#hosts.length === 1) return local;
    return { ...local, address: this.#settings.family === 6 ? '::' : '0.0.0.0' };
  }

  get counted(): readonly CountedSocket[] {
    return this.all;
  }

  get addresses(): Address[] {
    return this.all.map(({ local }) => local).filter((local) => local !== undefined);
  }

  get settled(): boolean {
    return this.all.every(({ settled }) => settled);
  }

  errorOf(cause: Error): TaskTonicError {
    const { host, port, place } = this.#settings;
    return place === undefined ? socketError(cause, showAddress(host, port)) : placeError(cause, place, {});
  }

  /** More waits than was taken: it has its turn with a later one of the loop. */
  again(): void {
    this.all.find(({ closed }) => !closed)?.again();
  }

  flush(): void {
    for (const socket of this.all) {
      if (socket.closed) continue;
      socket.flush();
      socket.watchSettled();
    }
  }

  close(why: string): void {
    for (const socket of this.all) if (!socket.closed) socket.close(why);
  }

  #opens(): void {
    this.#opened++;
    const { local } = this.all[0]!;
    if (this.#opened === 1 && local !== undefined)
      for (const host of this.#hosts.slice(1)) this.#bind(host, local.port);
    if (this.#opened === this.#hosts.length) this.#listens();
  }

  #bind(host: string | undefined, port: number): void {
    const { place, family, reuseAddress, ipv6Only, receiveBuffer, sendBuffer } = this.#settings;
    const settings: BindSettings = {
      ...(place !== undefined && { place }),
      family,
      host,
      port,
      remote: undefined,
      reuseAddress,
      ipv6Only,
      broadcast: false,
      receiveBuffer,
      sendBuffer,
      multicast: undefined,
    };
    this.all.push(new ServerSocket(this.#catalyst, settings, this.#settings, this.#hearer));
  }
}
