import type { StreamChannel } from '../../selector/network.js';
import { type Protocol, protocolMaker } from '../tcp/connection/protocol.js';
import type { TcpConnection } from '../tcp/connection/tcp-connection.js';
import type { ServerTlsSettings } from './tls-options.js';

type Maker = () => TcpConnection<string>;

/** Makes the Tonic of a connection by the protocol that was agreed in its handshake. */
export class AlpnProtocols {
  readonly #makers: ReadonlyMap<string, Maker>;
  readonly #otherwise: Maker;

  private constructor(protocols: Readonly<Record<string, Protocol>>, otherwise: Maker, className: string) {
    const makers = Object.entries(protocols).map(
      ([name, protocol]) => [name, protocolMaker(protocol, className)] as const,
    );
    this.#makers = new Map(makers);
    this.#otherwise = otherwise;
  }

  /**
   * Those of a server that has several.
   * @throws {TaskTonicError} `TT_BAD_PROTOCOL`
   */
  static of({ alpn }: ServerTlsSettings, otherwise: Maker, className: string): AlpnProtocols | undefined {
    return alpn === undefined || Array.isArray(alpn) ? undefined : new AlpnProtocols(alpn, otherwise, className);
  }

  makerFor(channel: StreamChannel | undefined): Maker {
    return this.#makers.get(channel?.tls?.alpn ?? '') ?? this.#otherwise;
  }
}

/** Whether threads can be given it. */
export function canCross({ alpn, names = {}, context }: ServerTlsSettings): boolean {
  const hasClasses = alpn !== undefined && !Array.isArray(alpn);
  return !hasClasses && context === undefined && Object.values(names).every((one) => one.context === undefined);
}
