import type { SecureContext, SecureContextOptions, Server, TlsOptions } from 'node:tls';
import { fail } from '../../core/errors.js';
import { nodeCrypto } from '../../selector/node/lazy-modules.js';
import { identityOf } from '../../selector/node/tls-facts.js';
import { acceptingServer } from '../../selector/node/tls-stream.js';
import type { TlsServerSide, TlsStart } from '../../selector/tls.js';
import { dayOf } from './tls-errors.js';
import { type CertificateSource, contextOf, contextOptions, filesOf, stampOf } from './certificates.js';
import type { ServerTlsSettings } from './tls-options.js';

const NOT_WITH_CONTEXT = 'with a "context" clients cannot be asked for theirs: give "cert" and "key"';
const NOBODY_TRUSTED = 'clients are asked for theirs, and nobody is trusted: give "ca" or "caFile"';
const NO_CERTIFICATE = 'there is none: give "cert" and "key", or "certFile" and "keyFile"';

/** The certificates of a server as they are now. */
interface Loaded {
  readonly options: SecureContextOptions;
  /** Those by name, the most exact first. */
  readonly named: readonly (readonly [RegExp, SecureContext])[];
}

/**
 * How a server speaks TLS: its certificates, which can be read again at any time while handshakes go on, and the keys of its tickets, which stay.
 */
export class ServerTls {
  readonly #settings: ServerTlsSettings;
  readonly #whose: string;
  readonly #asks: 'none' | 'optional' | 'required';
  readonly #server: Server | undefined;
  readonly side: TlsServerSide;
  #loaded: Loaded;
  /** What its files were like when they were looked at last. */
  #stamp: string;

  /**
   * @param onHandshake told of each one that is done.
   * @throws {TaskTonicError} `TT_BAD_CERTIFICATE`
   */
  constructor(settings: ServerTlsSettings, whose: string, onHandshake: (resumed: boolean) => void) {
    this.#settings = settings;
    this.#whose = whose;
    const { alpn, context } = settings;
    this.#asks = whatIsAsked(settings, whose);
    this.#stamp = stampOf(this.#files);
    this.#loaded = this.#load();
    const each = {
      ...(alpn !== undefined && { ALPNProtocols: Array.isArray(alpn) ? alpn : Object.keys(alpn) }),
      SNICallback: (name: string, done: (error: Error | null, context?: SecureContext) => void) =>
        done(null, this.#contextFor(name)),
    };
    this.#server = context === undefined ? this.#makeServer(each) : undefined;
    const by = this.#server ?? { ...each, secureContext: context };
    this.side = { side: 'server', by, requiresCertificate: this.#asks === 'required', onDone: onHandshake };
  }

  #makeServer(each: TlsOptions): Server {
    return acceptingServer({
      ...each,
      ...this.#serverOptions,
      requestCert: this.#asks !== 'none',
      // One that may come without is looked at by its identity.
      rejectUnauthorized: this.#asks === 'required',
    });
  }

  get mode(): 'implicit' | 'either' | 'startTls' {
    return this.#settings.mode;
  }

  /** How often its files are to be looked at, in ms; `undefined` for never. */
  get looksEvery(): number | undefined {
    const { watchFiles } = this.#settings;
    return watchFiles === false || this.#files.length === 0 ? undefined : watchFiles;
  }

  /** The keys of its tickets: whoever has the same resumes its sessions. */
  get ticketKeys(): Buffer | undefined {
    return this.#server?.getTicketKeys();
  }

  /** The certificate that it shows first, where that has expired by then. */
  expired(wallTime: number): { readonly whose: string; readonly subject: string; readonly to: string } | undefined {
    const { cert } = this.#loaded.options;
    if (cert === undefined) return undefined;
    const { subject, validTo } = identityOf(new (nodeCrypto().X509Certificate)(cert as Buffer));
    return validTo.getTime() > wallTime ? undefined : { whose: this.#whose, subject, to: dayOf(validTo) };
  }

  /** Whether its files are others than when they were looked at last. */
  get filesChanged(): boolean {
    return stampOf(this.#files) !== this.#stamp;
  }

  /**
   * Reads all files again. From the next handshake on they hold; sessions go on, unless others are trusted now. Where one is not right nothing changes.
   *
   * @throws {TaskTonicError} `TT_BAD_CERTIFICATE`
   */
  reload(): void {
    this.#stamp = stampOf(this.#files);
    this.#loaded = this.#load();
    this.#server?.setSecureContext({ ...this.#serverOptions, ticketKeys: this.#server.getTicketKeys() });
  }

  get #serverOptions(): TlsOptions {
    const { sessionTimeout, ticketKeys } = this.#settings;
    return {
      ...this.#loaded.options,
      sessionTimeout,
      sessionIdContext: this.#trustPrint,
      ...(ticketKeys !== undefined && { ticketKeys: Buffer.from(ticketKeys) }),
    };
  }

  /** A session goes on with what was verified when it began: so only where the same would be verified now. */
  get #trustPrint(): string {
    const { ca } = this.#loaded.options;
    const hash = nodeCrypto().createHash('sha256').update(this.#asks);
    if (this.#asks !== 'none' && ca !== undefined) for (const one of ca as Buffer[]) hash.update(one);
    return hash.digest('hex').slice(0, 32);
  }

  /** For connections that begin it later. */
  startFor(timeout: number): TlsStart {
    return { side: () => this.side, name: undefined, timeout };
  }

  #contextFor(name: string): SecureContext | undefined {
    const asked = name.toLowerCase();
    return this.#loaded.named.find(([pattern]) => pattern.test(asked))?.[1];
  }

  #load(): Loaded {
    const { names = {}, minVersion, ciphers } = this.#settings;
    const settings = { minVersion, ciphers };
    const options = contextOptions(this.#settings, settings, this.#whose);
    if (options.cert === undefined && this.#settings.context === undefined)
      throw fail('TT_BAD_CERTIFICATE', { whose: this.#whose, problem: NO_CERTIFICATE });
    contextOf(options, this.#settings, this.#whose);
    const entries = Object.entries(names).sort(
      ([one], [other]) => Number(one.includes('*')) - Number(other.includes('*')),
    );
    const named = entries.map(([name, { context, ...source }]) => {
      const whose = `for ${name}`;
      return [patternOf(name), context ?? this.#namedContext(source, whose)] as const;
    });
    return { options, named };
  }

  #namedContext(source: CertificateSource, whose: string): SecureContext {
    const { minVersion, ciphers, ca, caFile } = this.#settings;
    const options = contextOptions({ ...source, ca, caFile }, { minVersion, ciphers }, whose);
    return contextOf(options, source, whose);
  }

  get #files(): readonly string[] {
    const { names = {} } = this.#settings;
    return [...filesOf(this.#settings), ...Object.values(names).flatMap((source) => filesOf(source))];
  }
}

/** @throws {TaskTonicError} `TT_BAD_CERTIFICATE` where there is nobody to trust, or Node could not tell who is trusted. */
function whatIsAsked(
  { ca, caFile, clientCertificates, context }: ServerTlsSettings,
  whose: string,
): 'none' | 'optional' | 'required' {
  const trusts = ca !== undefined || caFile !== undefined;
  const asks = clientCertificates ?? (trusts ? 'required' : 'none');
  if (asks === 'none') return asks;
  const problem = context !== undefined ? NOT_WITH_CONTEXT : trusts ? undefined : NOBODY_TRUSTED;
  if (problem !== undefined) throw fail('TT_BAD_CERTIFICATE', { whose, problem });
  return asks;
}

/** `*` stands for one label (RFC 6125, 6.4.3). */
function patternOf(name: string): RegExp {
  const escaped = name.toLowerCase().replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '[^.]+')}$`);
}
