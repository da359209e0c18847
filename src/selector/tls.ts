import type { ConnectionOptions, Server, TLSSocketOptions } from 'node:tls';

/** Who a peer is, as its certificate says; only of one that was verified. */
export interface PeerIdentity {
  /** The common name (`CN`) of the subject; `undefined` where it has none. */
  readonly commonName: string | undefined;
  /** The whole subject, such as `CN=device-7, O=Example`. */
  readonly subject: string;
  /** Who has signed it, in the same way. */
  readonly issuer: string;
  /** Its other names: `DNS:device-7.example.com`, `IP Address:10.0.0.7`, `email:a@example.com`, `URI:spiffe://example.com/device`. */
  readonly names: readonly string[];
  readonly serialNumber: string;
  /** SHA-256 of the certificate: 32 bytes in hex, with colons. */
  readonly fingerprint: string;
  readonly validFrom: Date;
  readonly validTo: Date;
}

/** What was agreed in a handshake. */
export interface TlsInfo {
  /** `TLSv1.3`, `TLSv1.2`. */
  readonly version: string;
  /** The standard name of the cipher suite, such as `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string;
  /** The name that the client has asked for (SNI); `undefined` where it has named none. */
  readonly servername: string | undefined;
  /** The protocol that both speak (ALPN); `undefined` where none was agreed. */
  readonly alpn: string | undefined;
  /** Whether it goes on from an earlier session, without a full handshake. */
  readonly resumed: boolean;
  /** Who the peer is; `undefined` where it was not verified. */
  readonly identity: PeerIdentity | undefined;
}

/** The one that waits for a handshake. */
export interface TlsServerSide {
  readonly side: 'server';
  /**
   * Has the certificates: a server, made with `acceptingServer()`, that never listens; or options of a socket with a context, which a server of Node's
   * cannot be given. Of such a socket Node does not tell whether the client was verified.
   */
  readonly by: Server | TLSSocketOptions;
  /** Whether a peer without a certificate that can be verified is refused. */
  readonly requiresCertificate: boolean;
  /** Told when it is done. */
  readonly onDone: (resumed: boolean) => void;
}

/** The one that begins it. */
export interface TlsClientSide {
  readonly side: 'client';
  /** As `tls.connect` takes them; `rejectUnauthorized` says whether the server is verified. */
  readonly options: ConnectionOptions;
  /** Told of what a later handshake may go on from. */
  readonly onSession: (session: Buffer) => void;
}

export type TlsSide = TlsServerSide | TlsClientSide;

/** What a connection needs to go on under TLS later. */
export interface TlsStart {
  /** For one handshake, with the peer at that address. */
  side(at: string): TlsSide;
  /** The name that the peer's certificate must have. */
  readonly name: string | undefined;
  /** How long the handshake may take, in ms. */
  readonly timeout: number;
}

/** Why a peer is not trusted, or what it did instead of a handshake. */
export class TlsProblem extends Error {
  /**
   * @param code as Node or OpenSSL call it.
   * @param peer what its certificate says, verified or not.
   */
  constructor(
    readonly code: string,
    message: string,
    readonly peer: PeerIdentity | undefined = undefined,
  ) {
    super(message);
  }
}
