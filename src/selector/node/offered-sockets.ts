import type { Socket } from 'node:dgram';
import type { Server } from 'node:net';
import type { SocketOffer } from '../../core/socket-handover.js';

/** A socket of this process that the process which replaces it may have: see {@link SocketOffer}. */
export interface OfferedSocket extends Pick<SocketOffer, 'place' | 'name' | 'local' | 'file'> {
  readonly ticketKeys: Buffer | undefined;
  /** What Node can send to a child. None where threads listen, whose sockets cannot be sent. */
  readonly handles: readonly (Server | Socket)[];
}

/** The owner of such a socket. */
export interface SocketHolder {
  /** `undefined` if it has no socket to offer at present. */
  readonly offered: OfferedSocket | undefined;
  /** Another process owns the socket from now on; what this one accepted or read before is still served. */
  letGo(): void;
}

/** All sockets of this thread that listen or receive. */
export class OfferedSockets {
  readonly #holders = new Map<SocketHolder, number>();
  #last = 0;

  /** @returns a function that removes the holder. */
  add(holder: SocketHolder): () => void {
    this.#holders.set(holder, ++this.#last);
    return () => void this.#holders.delete(holder);
  }

  get offers(): readonly SocketOffer[] {
    return [...this.#holders].flatMap(([{ offered }, id]) => (offered === undefined ? [] : [offerOf(id, offered)]));
  }

  handlesOf(id: number): readonly (Server | Socket)[] {
    const holder = [...this.#holders].find(([, of]) => of === id)?.[0];
    return holder?.offered?.handles ?? [];
  }

  letGo(): void {
    for (const holder of [...this.#holders.keys()]) holder.letGo();
    this.#holders.clear();
  }
}

function offerOf(id: number, { handles, ticketKeys, ...offered }: OfferedSocket): SocketOffer {
  return { id, ...offered, ticketKeys: ticketKeys?.toString('base64'), isShared: handles.length === 0 };
}

export const offeredSockets = new OfferedSockets();

/** The place where a socket listens or receives. */
export interface Placed {
  readonly place?:
    { readonly path: string } | { readonly fd: number } | { readonly systemd: string | true } | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly ipv6Only?: boolean | undefined;
}

/** Identifies the same place in both processes: by the requested address, and not by the one that the system chose. */
export function placeKey(kind: 'tcp' | 'udp4' | 'udp6', { place, host, port = 0, ipv6Only }: Placed): string {
  if (place === undefined) return `${kind} ${host ?? '*'}:${port}${ipv6Only === true ? ' (IPv6 only)' : ''}`;
  if ('path' in place) return `unix:${place.path.replace('\0', '@')}`;
  if ('fd' in place) return `${kind} of descriptor ${place.fd}`;
  return `${kind} of systemd${place.systemd === true ? '' : ` (${place.systemd})`}`;
}
