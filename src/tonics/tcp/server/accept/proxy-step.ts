import { type TaskTonicError, fail } from '../../../../core/errors.js';
import { Interest, type InterestSet } from '../../../../selector/interest.js';
import { showPeer } from '../../../socket-errors.js';
import type { ProxyHeader } from '../../proxy/proxy-header.js';
import type { ProxySettings } from '../../proxy/proxy-option.js';
import { beginsAsProxyHeader, readProxyHeader } from '../../proxy/read-proxy-header.js';
import type { TrustedProxies } from '../../proxy/trusted-proxies.js';
import type { AcceptStep, PendingConnection } from './pending-connection.js';

/** What it remembers of a connection. */
interface Looking {
  readonly isTrusted: boolean;
  /** The bytes received so far: fewer than the most that a header may have. */
  bytes: Buffer;
}

const NOTHING = Buffer.alloc(0);

/**
 * Reads the PROXY header that a trusted peer begins with.
 *
 * ```text
 *   trusted, required    header -> next      anything else, an end, or nothing in time -> refused
 *   trusted, optional    header -> next      no header, or nothing in time -> next, as itself
 *   others: look         header -> refused   no header, or nothing in time -> next, as itself
 *   others: pass, refuse                     next, or refused, at once
 * ```
 */
export class ProxyStep implements AcceptStep {
  readonly reason = 'proxy';
  readonly #settings: ProxySettings;
  readonly #trusted: Pick<TrustedProxies, 'has'>;

  constructor(settings: ProxySettings, trusted: Pick<TrustedProxies, 'has'>) {
    this.#settings = settings;
    this.#trusted = trusted;
  }

  begin(pending: PendingConnection): void {
    const { remote } = pending.channel;
    // The peer closed before it was accepted, as a port scanner does: the system gives no address then.
    if (remote === undefined) return pending.leave();
    const isTrusted = this.#trusted.has(remote);
    const { others } = this.#settings;
    if (!isTrusted && others === 'refuse') return pending.refuse(fail('TT_NOT_A_PROXY', nameOf(pending)));
    if (!isTrusted && others === 'pass') return pending.next();
    pending.kept = { isTrusted, bytes: NOTHING } satisfies Looking;
    return undefined;
  }

  ready(pending: PendingConnection, ready: InterestSet): void {
    const looking = pending.kept as Looking;
    const { channel } = pending;
    const { maxHeader } = this.#settings;
    for (;;) {
      const more = channel.take(maxHeader - looking.bytes.length);
      if (more === undefined) break;
      looking.bytes = looking.bytes.length === 0 ? more : Buffer.concat([looking.bytes, more]);
      if (!this.#look(pending, looking)) return;
    }
    if (channel.ended || channel.closed || (ready & Interest.HANGUP) !== 0) this.#ended(pending, looking);
  }

  /** @returns whether more bytes are needed. */
  #look(pending: PendingConnection, looking: Looking): boolean {
    const { isTrusted, bytes } = looking;
    if (!isTrusted) return this.#lookAtOther(pending, bytes);
    const reading = readProxyHeader(bytes, this.#settings.maxHeader);
    if (reading.is === 'unfinished') return true;
    if (reading.is === 'header') this.#found(pending, reading.header, bytes.subarray(reading.size));
    else if (reading.is === 'bad') pending.refuse(badHeader(pending, reading.problem));
    else if (this.#settings.required) pending.refuse(fail('TT_NO_PROXY_HEADER', nameOf(pending)));
    else this.#asItself(pending, bytes);
    return false;
  }

  #lookAtOther(pending: PendingConnection, bytes: Buffer): boolean {
    const begins = beginsAsProxyHeader(bytes);
    if (begins === 'perhaps') return true;
    if (begins === 'yes') pending.refuse(fail('TT_PROXY_NOT_TRUSTED', nameOf(pending)));
    else this.#asItself(pending, bytes);
    return false;
  }

  #found(pending: PendingConnection, header: ProxyHeader, rest: Buffer): void {
    const { channel } = pending;
    const peer = channel.remote;
    pending.acceptedPeer = {
      remote: header.source ?? peer,
      local: header.destination ?? channel.local,
      proxy: { ...header, peer },
    };
    channel.putBack(rest);
    pending.next();
  }

  #asItself(pending: PendingConnection, bytes: Buffer): void {
    pending.channel.putBack(bytes);
    pending.next();
  }

  /** The peer has ended or closed the connection. */
  #ended(pending: PendingConnection, { isTrusted, bytes }: Looking): void {
    const isHeader = beginsAsProxyHeader(bytes) === 'yes';
    if (!isHeader && !(isTrusted && this.#settings.required)) return this.#asItself(pending, bytes);
    // A port scanner sends nothing: that is no error.
    if (bytes.length === 0) return pending.leave();
    return pending.refuse(badHeader(pending, `it ends after ${bytes.length} bytes`));
  }

  tooLate(pending: PendingConnection, ms: number): TaskTonicError | undefined {
    const { isTrusted, bytes } = pending.kept as Looking;
    const isHeader = beginsAsProxyHeader(bytes) === 'yes';
    if (isHeader || (isTrusted && this.#settings.required))
      return fail('TT_PROXY_HEADER_LATE', { ...nameOf(pending), ms, bytes: bytes.length });
    pending.channel.putBack(bytes);
    return undefined;
  }
}

function badHeader(pending: PendingConnection, problem: string): TaskTonicError {
  return fail('TT_BAD_PROXY_HEADER', { ...nameOf(pending), problem });
}

function nameOf({ channel: { remote, local } }: PendingConnection): { readonly address: string } {
  return { address: remote === undefined ? 'A peer' : showPeer(remote, local) };
}
