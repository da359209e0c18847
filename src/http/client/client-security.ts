import type { SecureContext } from 'node:tls';
import { contextOf, contextOptions, filesOf } from '../../tonics/tls/certificates.js';
import type { ClientTlsOptions, ClientTlsSettings } from '../../tonics/tls/tls-options.js';

/** The TLS options of the connections of a client. */
export class ClientSecurity {
  readonly #settings: ClientTlsSettings;
  readonly #whose: string;
  /** Shared by all connections: making a context takes longer than a handshake. */
  #context: SecureContext | undefined;

  constructor(settings: ClientTlsSettings, className: string) {
    this.#settings = settings;
    this.#whose = `of ${className}`;
    this.#context = settings.context;
  }

  /**
   * The options for a connection to a server of that name.
   * @throws {TaskTonicError} `TT_BAD_CERTIFICATE`
   */
  of(servername: string, mode: 'implicit' | 'startTls'): ClientTlsOptions {
    const { alpn: _, ...settings } = this.#settings;
    const how = { mode, servername: settings.servername ?? servername };
    // Files may change, so each connection reads them again.
    if (filesOf(settings).length > 0) return { ...settings, ...how };
    return { ...settings, ...how, context: (this.#context ??= this.#made()) };
  }

  #made(): SecureContext {
    const { minVersion, ciphers, ...source } = this.#settings;
    return contextOf(contextOptions(source, { minVersion, ciphers }, this.#whose), source, this.#whose);
  }
}
