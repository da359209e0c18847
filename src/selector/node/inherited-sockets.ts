import type { Socket } from 'node:dgram';
import type { Server } from 'node:net';
import type { SocketOffer } from '../../core/socket-handover.js';

/** Gets a socket of the old process. */
export interface SocketReceiver {
  /** The socket, or one of several, has arrived. */
  takes(handle: Server | Socket): void;
  /** The socket does not arrive, because the old process has ended or closed it: open a new one. */
  opensAnew(): void;
}

interface Inheritance {
  readonly offer: SocketOffer;
  isClaimed: boolean;
  receiver: SocketReceiver | undefined;
  hasCome: boolean;
}

/**
 * The sockets of the process that this one replaces, in three steps, so that one which cannot start has taken nobody's connection:
 *
 * ```text
 * offered -- a Tonic listens there: claimed, and told where it listens
 *         -- this process is ready: the sockets come, and are accepted from
 *         -- what nobody has claimed is closed; what has not come is opened anew
 * ```
 */
export class InheritedSockets {
  readonly #inheritances = new Map<number, Inheritance>();
  /** Called at each claim. */
  onClaim: () => void = () => {};

  begin(offers: readonly SocketOffer[]): void {
    for (const offer of offers)
      this.#inheritances.set(offer.id, { offer, isClaimed: false, receiver: undefined, hasCome: false });
  }

  /**
   * Somebody listens at that place; of several at one place, at that of the same name or else at the first.
   * @param receiver is given the socket later; `undefined` for who opens a further one beside it.
   */
  claim(place: string, name: string | undefined, receiver?: SocketReceiver): SocketOffer | undefined {
    const found = this.#find(place, name);
    if (found === undefined) return undefined;
    Object.assign(found, { isClaimed: true, receiver });
    this.onClaim();
    return found.offer;
  }

  /** The port of the old process there; the system may have chosen it. */
  portOf(place: string, name: string | undefined): number | undefined {
    return this.#find(place, name)?.offer.local?.port;
  }

  /** The keys of the TLS tickets that were given at that place. */
  ticketKeysOf(place: string, name: string | undefined): Buffer | undefined {
    const keys = this.#find(place, name)?.offer.ticketKeys;
    return keys === undefined ? undefined : Buffer.from(keys, 'base64');
  }

  /** The places that nobody has claimed. */
  get unclaimed(): readonly string[] {
    return [...this.#inheritances.values()].filter(({ isClaimed }) => !isClaimed).map(({ offer }) => offer.place);
  }

  /** A socket has arrived. */
  take(id: number, handle: Server | Socket): void {
    const inheritance = this.#inheritances.get(id);
    if (inheritance?.receiver === undefined) return void handle.close();
    inheritance.hasCome = true;
    return inheritance.receiver.takes(handle);
  }

  /** No further sockets will arrive. */
  end(): void {
    const all = [...this.#inheritances.values()];
    this.#inheritances.clear();
    for (const { offer, receiver, hasCome } of all) if (!hasCome && !offer.isShared) receiver?.opensAnew();
  }

  #find(place: string, name: string | undefined): Inheritance | undefined {
    const free = [...this.#inheritances.values()].filter(({ offer, isClaimed }) => offer.place === place && !isClaimed);
    return free.find(({ offer }) => offer.name === name) ?? free[0];
  }
}

export const inheritedSockets = new InheritedSockets();
