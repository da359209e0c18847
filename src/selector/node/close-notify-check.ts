import type { TLSSocket } from 'node:tls';
import { nodeClock } from '../../core/time/clock.js';

/** Bytes of an alert on the wire, by the cipher: its record holds two bytes. Others are not known. */
const ALERT: readonly (readonly [version: string, cipher: RegExp, bytes: number])[] = [
  ['TLSv1.3', /./, 24],
  ['TLSv1.2', /GCM/, 31],
  ['TLSv1.2', /CHACHA20/, 23],
];

/** Counts the polls of the kernel, as far as something comes: one brings bytes or the end of a connection, never both (libuv reads on after a full read only). */
let round = 0;
let counting = false;

function countRound(): void {
  round++;
  counting = false;
}

/**
 * Sees whether a stream under TLS was ended by its peer, with the alert "close_notify", or merely stopped: then somebody may have cut it off
 * (RFC 8446, 6.1). Node tells an end in both cases. But the alert is read from the socket, and the end of a connection is not: so an end that comes with
 * the same poll as data, or with bytes, as many as alerts have, is one that was said.
 *
 * An end that came while nobody read, with bytes before it, is taken for said; and so is one for which whoever cuts sends as many bytes as an alert has.
 */
export class CloseNotifyCheck {
  readonly #wire: { readonly bytesRead: number };
  /** The bytes that the socket had read when the TLS stream last received something. */
  #seen = 0;
  #round = -1;
  #ended: 'no' | 'said' | 'cut' = 'no';

  constructor(wire: { readonly bytesRead: number }) {
    this.#wire = wire;
  }

  get truncated(): boolean {
    return this.#ended === 'cut';
  }

  watch(socket: TLSSocket): void {
    this.saw();
    socket.once('end', () => this.#end(socket));
  }

  /** Must be called each time that something is received, also with the handshake. */
  saw(): void {
    this.#seen = this.#wire.bytesRead;
    this.#round = round;
    if (counting) return;
    counting = true;
    nodeClock.afterPoll(countRound);
  }

  #end(socket: TLSSocket): void {
    const more = this.#wire.bytesRead - this.#seen;
    this.#ended = this.#round === round || (more > 0 && mayBeAlerts(more, socket)) ? 'said' : 'cut';
  }
}

function mayBeAlerts(bytes: number, socket: TLSSocket): boolean {
  const version = socket.getProtocol();
  const { name } = socket.getCipher();
  const size = ALERT.find(([of, cipher]) => of === version && cipher.test(name))?.[2];
  return size === undefined || bytes % size === 0;
}
