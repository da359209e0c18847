import { isIP } from 'node:net';
import type { ConnectionOptions, SecureContext, SecureContextOptions } from 'node:tls';
import { nodeCrypto } from '../../selector/node/lazy-modules.js';
import type { TlsClientSide, TlsStart } from '../../selector/tls.js';
import { contextOf, contextOptions, filesOf, stampOf } from './certificates.js';
import { ClientSessions } from './client-sessions.js';
import type { ClientTlsSettings } from './tls-options.js';

/** Sessions are for all clients of a Catalyst: the one that connects again may be another. */
const sessionsOf = new WeakMap<object, ClientSessions>();

/** How a client speaks TLS: its context, read again where its files have changed, and the sessions that it goes on from. */
export class ClientTls {
  readonly #settings: ClientTlsSettings;
  #name: string;
  readonly #whose: string;
  #sessions: ClientSessions;
  #context: SecureContext;
  #stamp: string;
  /** Sessions are for those alone who would verify, and show, the same. */
  #print: string;

  /**
   * @param host the name that is asked for where the options give none.
   * @throws {TaskTonicError} `TT_BAD_CERTIFICATE`
   */
  constructor(settings: ClientTlsSettings, host: string, whose: string) {
    this.#settings = settings;
    this.#name = settings.servername ?? host;
    this.#whose = whose;
    this.#sessions = new ClientSessions();
    this.#stamp = stampOf(filesOf(settings));
    ({ context: this.#context, print: this.#print } = this.#made());
  }

  /** From now on its sessions are shared with the others of that Catalyst. */
  share(catalyst: object): void {
    let sessions = sessionsOf.get(catalyst);
    if (sessions === undefined) sessionsOf.set(catalyst, (sessions = new ClientSessions()));
    this.#sessions = sessions;
  }

  /** From now on it connects to that host: its certificate must have that name, unless the options say another one. */
  towards(host: string): void {
    this.#name = this.#settings.servername ?? host;
  }

  /** For its connections: whether they begin with TLS, or go on under it when their protocol says so. */
  start(timeout: number): { readonly secure?: TlsStart; readonly startTls?: TlsStart } {
    const nameNow = (): string => this.#name;
    const start: TlsStart = {
      side: (at) => this.side(at),
      get name() {
        return nameNow();
      },
      timeout,
    };
    return this.#settings.mode === 'startTls' ? { startTls: start } : { secure: start };
  }

  /**
   * For one handshake.
   * @throws {TaskTonicError} `TT_BAD_CERTIFICATE` where its files have changed, and are not right.
   */
  side(at: string): TlsClientSide {
    this.#readAgain();
    const { alpn, verify, resume } = this.#settings;
    const key = `${this.#print} ${this.#name} ${at}`;
    const session = resume ? this.#sessions.take(key) : undefined;
    const options: ConnectionOptions = {
      secureContext: this.#context,
      rejectUnauthorized: verify,
      host: this.#name,
      // An address is no name that can be asked for (RFC 6066, 3).
      ...(isIP(this.#name) === 0 && { servername: this.#name }),
      ...(alpn !== undefined && { ALPNProtocols: alpn }),
      ...(session !== undefined && { session }),
    };
    return { side: 'client', options, onSession: (made) => resume && this.#sessions.put(key, made) };
  }

  #readAgain(): void {
    const stamp = stampOf(filesOf(this.#settings));
    if (stamp === this.#stamp) return;
    ({ context: this.#context, print: this.#print } = this.#made());
    this.#stamp = stamp;
  }

  #made(): { context: SecureContext; print: string } {
    const { context, ...settings } = this.#settings;
    const { minVersion, ciphers, verify, alpn } = settings;
    if (context !== undefined) return { context, print: printOf([verify, alpn, contextNumber(context)]) };
    const options = contextOptions(settings, { minVersion, ciphers }, this.#whose);
    return { context: contextOf(options, settings, this.#whose), print: printOf([verify, alpn, ...textsOf(options)]) };
  }
}

function textsOf({ cert, key, ca, ciphers, minVersion }: SecureContextOptions): readonly unknown[] {
  const all = [cert, key, ...(Array.isArray(ca) ? ca : [ca])].map((part) =>
    part === undefined
      ? ''
      : nodeCrypto()
          .createHash('sha256')
          .update(part as Buffer)
          .digest('base64'),
  );
  return [...all, ciphers, minVersion];
}

function printOf(parts: readonly unknown[]): string {
  return nodeCrypto().createHash('sha256').update(JSON.stringify(parts)).digest('base64');
}

const numbers = new WeakMap<SecureContext, number>();
let numbered = 0;

/** What tells one context from another. */
function contextNumber(context: SecureContext): number {
  let number = numbers.get(context);
  if (number === undefined) numbers.set(context, (number = ++numbered));
  return number;
}
