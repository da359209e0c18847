import { type TaskTonicError, fail } from '../../../../core/errors.js';
import { Interest, type InterestSet } from '../../../../selector/interest.js';
import { showPeer } from '../../../socket-errors.js';
import type { ProxyHeader } from '../../proxy/proxy-header.js';
import type { ProxySettings } from '../../proxy/proxy-option.js';
import { beginsAsProxyHeader, readProxyHeader } from '../../proxy/read-proxy-header.js';
import type { TrustedProxies } from '../../proxy/trusted-proxies.js';
import type { AcceptStep, PendingConnection } from './visitor.js';

/** What it keeps of a visitor. */
interface Looking {
  readonly isTrusted: boolean;
  /** What has come so far: less than a header may be long. */
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

  begin(visitor: PendingConnection): void {
    const { remote } = visitor.channel;
    // It has gone before it was accepted, as who only looks whether a port is open does: the system tells no address then.
    if (remote === undefined) return visitor.leave();
    const isTrusted = this.#trusted.has(remote);
    const { others } = this.#settings;
    if (!isTrusted && others === 'refuse') return visitor.refuse(fail('TT_NOT_A_PROXY', nameOf(visitor)));
    if (!isTrusted && others === 'pass') return visitor.next();
    visitor.kept = { isTrusted, bytes: NOTHING } satisfies Looking;
    return undefined;
  }

  ready(visitor: PendingConnection, ready: InterestSet): void {
    const looking = visitor.kept as Looking;
    const { channel } = visitor;
    const { maxHeader } = this.#settings;
    for (;;) {
      const more = channel.take(maxHeader - looking.bytes.length);
      if (more === undefined) break;
      looking.bytes = looking.bytes.length === 0 ? more : Buffer.concat([looking.bytes, more]);
      if (!this.#look(visitor, looking)) return;
    }
    if (channel.ended || channel.closed || (ready & Interest.HANGUP) !== 0) this.#ended(visitor, looking);
  }

  /** @returns whether it is to be looked at again with more bytes. */
  #look(visitor: PendingConnection, looking: Looking): boolean {
    const { isTrusted, bytes } = looking;
    if (!isTrusted) return this.#lookAtOther(visitor, bytes);
    const reading = readProxyHeader(bytes, this.#settings.maxHeader);
    if (reading.is === 'unfinished') return true;
    if (reading.is === 'header') this.#found(visitor, reading.header, bytes.subarray(reading.size));
    else if (reading.is === 'bad') visitor.refuse(badHeader(visitor, reading.problem));
    else if (this.#settings.required) visitor.refuse(fail('TT_NO_PROXY_HEADER', nameOf(visitor)));
    else this.#asItself(visitor, bytes);
    return false;
  }

  #lookAtOther(visitor: PendingConnection, bytes: Buffer): boolean {
    const begins = beginsAsProxyHeader(bytes);
    if (begins === 'perhaps') return true;
    if (begins === 'yes') visitor.refuse(fail('TT_PROXY_NOT_TRUSTED', nameOf(visitor)));
    else this.#asItself(visitor, bytes);
    return false;
  }

  #found(visitor: PendingConnection, header: ProxyHeader, rest: Buffer): void {
    const { channel } = visitor;
    const peer = channel.remote;
    visitor.arrival = {
      remote: header.source ?? peer,
      local: header.destination ?? channel.local,
      proxy: { ...header, peer },
    };
    channel.putBack(rest);
    visitor.next();
  }

  #asItself(visitor: PendingConnection, bytes: Buffer): void {
    visitor.channel.putBack(bytes);
    visitor.next();
  }

  /** No more will come. */
  #ended(visitor: PendingConnection, { isTrusted, bytes }: Looking): void {
    const isHeader = beginsAsProxyHeader(bytes) === 'yes';
    if (!isHeader && !(isTrusted && this.#settings.required)) return this.#asItself(visitor, bytes);
    // Who looks whether a port is open sends nothing.
    if (bytes.length === 0) return visitor.leave();
    return visitor.refuse(badHeader(visitor, `it ends after ${bytes.length} bytes`));
  }

  tooLate(visitor: PendingConnection, ms: number): TaskTonicError | undefined {
    const { isTrusted, bytes } = visitor.kept as Looking;
    const isHeader = beginsAsProxyHeader(bytes) === 'yes';
    if (isHeader || (isTrusted && this.#settings.required))
      return fail('TT_PROXY_HEADER_LATE', { ...nameOf(visitor), ms, bytes: bytes.length });
    visitor.channel.putBack(bytes);
    return undefined;
  }
}

function badHeader(visitor: PendingConnection, problem: string): TaskTonicError {
  return fail('TT_BAD_PROXY_HEADER', { ...nameOf(visitor), problem });
}

function nameOf({ channel: { remote, local } }: PendingConnection): { readonly address: string } {
  return { address: remote === undefined ? 'A peer' : showPeer(remote, local) };
}
