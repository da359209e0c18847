import type { SecureContext } from 'node:tls';
import * as v from 'valibot';
import { flag, ms, oneOf, someBytes, text, within } from '../../core/options/option-schema.js';
import { protocolOption } from '../tcp/connection/protocol.js';

const PEM = 'must be PEM: a text or a Buffer';
const pem = v.union([text, someBytes(PEM)], PEM);
const pems = v.union([pem, v.array(pem, PEM)], `${PEM}, or a list of these`);
const names = v.union([text, v.array(text)], 'must be a name, or a list of names');

/** One end's own certificate. */
export const certificateOptions = {
  /** The certificate, followed by the intermediate certificates: PEM. */
  cert: v.optional(pem),
  /** Its private key: PEM. */
  key: v.optional(pem),
  /** The password of the key, if it has one. */
  passphrase: v.optional(text),
  /** The file with the certificate, instead of `cert`. */
  certFile: v.optional(text),
  /** The file with the key, instead of `key`. */
  keyFile: v.optional(text),
};

const secureContext = v.custom<SecureContext>(
  (value) => typeof value === 'object' && value !== null && 'context' in value,
  'must be what tls.createSecureContext() gives',
);

/** What holds on either side. */
export const tlsOptions = {
  ...certificateOptions,
  /**
   * A context from `tls.createSecureContext()`, with certificate, key, versions and ciphers; the other options for
   * these then have no effect. A server with a context cannot ask clients for certificates.
   */
  context: v.optional(secureContext),
  /** Authorities whose certificates are trusted: PEM, one or several. */
  ca: v.optional(pems),
  /** The file, or files, with these authorities, instead of `ca`. */
  caFile: v.optional(names),
  /** The oldest version that is allowed. */
  minVersion: v.optional(oneOf('TLSv1.2', 'TLSv1.3'), 'TLSv1.2'),
  /**
   * The cipher suites, by their OpenSSL names, separated by `:`. Default: those with authenticated encryption and
   * forward secrecy.
   */
  ciphers: v.optional(text),
};

const ownCertificate = v.strictObject({
  ...certificateOptions,
  /** What `tls.createSecureContext()` has made, in the place of all of these. */
  context: v.optional(secureContext),
});

/** A certificate, by which the options name it. */
export type CertificateOptions = v.InferInput<typeof ownCertificate>;

export const serverTlsSchema = v.strictObject({
  ...tlsOptions,
  /**
   * When TLS begins: with the connection (`implicit`); if the first byte of the client is TLS, and plain text otherwise
   * (`either`); or when the protocol calls `startTls()` (`startTls`).
   */
  mode: v.optional(oneOf('implicit', 'either', 'startTls'), 'implicit'),
  /**
   * Further certificates, by the name that a client asks for (SNI):
   * `{ 'mail.example.com': { certFile, keyFile }, '*.example.org': { context } }`. `*` stands for one label. Clients
   * that ask for another name, or for none, get the certificate above.
   */
  names: v.optional(v.record(text, ownCertificate, 'must be certificates by name')),
  /**
   * The protocols that are offered (ALPN), best first: their names, or the class for each by its name. A client that offers others only is refused; one that offers none gets
   * `protocol`.
   */
  alpn: v.optional(
    v.union(
      [v.array(text), v.record(text, v.nonOptional(protocolOption))],
      'must be a list of names, or classes by their names',
    ),
  ),
  /**
   * Whether clients need a certificate signed by one of `ca`. With `optional` a client without one may connect, without
   * an identity. Default: `required` where there is a `ca`.
   */
  clientCertificates: v.optional(oneOf('none', 'optional', 'required')),
  /**
   * How often it checks whether its files have changed, in ms, and reads them again. `false`: only by
   * `ttsc__reloadCertificates`.
   */
  watchFiles: v.optional(v.union([ms(100), v.literal(false)], 'must be 100 ms or more, or false'), 10_000),
  /** How long a session can be resumed without a full handshake, in whole seconds. */
  sessionTimeout: v.optional(within(1, 604_800), 300),
  /**
   * 48 secret bytes for session tickets: processes with the same bytes can resume sessions of each other. Default: by
   * chance.
   */
  ticketKeys: v.optional(someBytes('must be 48 bytes', 48)),
});

export const clientTlsSchema = v.strictObject({
  ...tlsOptions,
  /** When TLS begins: with the connection (`implicit`), or when the protocol calls `startTls()` (`startTls`). */
  mode: v.optional(oneOf('implicit', 'startTls'), 'implicit'),
  /** The name that is sent to the server (SNI), and that its certificate must have. Default: `host`. */
  servername: v.optional(text),
  /**
   * Whether the server needs a certificate for that name, signed by a trusted authority: `ca`, or by default those of
   * Node. With `false` any server is accepted.
   */
  verify: v.optional(flag, true),
  /** The protocols that it offers (ALPN), best first. */
  alpn: v.optional(v.array(text, 'must be a list of names')),
  /** Whether it resumes sessions of earlier connections, which costs less. */
  resume: v.optional(flag, true),
});

/** How a TcpServer speaks TLS. */
export type ServerTlsOptions = Readonly<v.InferInput<typeof serverTlsSchema>>;
export type ServerTlsSettings = v.InferOutput<typeof serverTlsSchema>;
/** How a TcpClient speaks TLS. */
export type ClientTlsOptions = Readonly<v.InferInput<typeof clientTlsSchema>>;
export type ClientTlsSettings = v.InferOutput<typeof clientTlsSchema>;

/** TLS 1.3, and of 1.2 the suites with authenticated encryption and forward secrecy (BCP 195, RFC 9325). */
export const CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
].join(':');
