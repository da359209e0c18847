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
  /** The certificate, and those between it and an authority that peers know, one after the other: PEM. */
  cert: v.optional(pem),
  /** Its private key: PEM. */
  key: v.optional(pem),
  /** The password of the key, where it has one. */
  passphrase: v.optional(text),
  /** The file that has the certificate, in the place of `cert`. */
  certFile: v.optional(text),
  /** The file that has the key, in the place of `key`. */
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
   * What `tls.createSecureContext()` has made: it has certificate, key, versions and ciphers, and the other options that say these have no effect. A server with one cannot ask clients for certificates.
   */
  context: v.optional(secureContext),
  /** Authorities whose certificates are trusted: PEM, one or several. */
  ca: v.optional(pems),
  /** The file, or files, that have them, in the place of `ca`. */
  caFile: v.optional(names),
  /** The oldest version that is spoken. */
  minVersion: v.optional(oneOf('TLSv1.2', 'TLSv1.3'), 'TLSv1.2'),
  /**
   * The cipher suites, as OpenSSL names them, with `:` between. Default: those with authenticated encryption and forward secrecy.
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
  /** When TLS begins: with the connection (`implicit`); as the first byte says, so that plain peers are served as well (`either`); or when the protocol says so (`startTls`). */
  mode: v.optional(oneOf('implicit', 'either', 'startTls'), 'implicit'),
  /**
   * Further certificates, by the name that a client asks for (SNI): `{ 'mail.example.com': { certFile, keyFile }, '*.example.org': { context } }`. `*` stands for one
   * label. Clients that ask for none of them, or for no name, are shown the one above.
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
  /** Whether clients are asked for a certificate, which one of `ca` must have signed: `optional`: one that has none may come in, with no identity. Default: `required` where there is a `ca`. */
  clientCertificates: v.optional(oneOf('none', 'optional', 'required')),
  /** How often it looks whether its files have changed, in ms; then they are read again. `false`: only on `ttsc__reloadCertificates`. */
  watchFiles: v.optional(v.union([ms(100), v.literal(false)], 'must be 100 ms or more, or false'), 10_000),
  /** How long a session can be resumed without a full handshake, in whole seconds. */
  sessionTimeout: v.optional(within(1, 604_800), 300),
  /** 48 secret bytes that tickets of sessions are made with: give the same to several processes, and each resumes sessions of the others. Default: by chance. */
  ticketKeys: v.optional(someBytes('must be 48 bytes', 48)),
});

export const clientTlsSchema = v.strictObject({
  ...tlsOptions,
  /** When TLS begins: with the connection (`implicit`), or when the protocol says so (`startTls`). */
  mode: v.optional(oneOf('implicit', 'startTls'), 'implicit'),
  /** The name that the server is asked for, and that its certificate must have. Default: `host`. */
  servername: v.optional(text),
  /** Whether the server must show a certificate for that name, signed by an authority that is trusted: by `ca`, or else by those that Node knows. Without it anybody can be the server. */
  verify: v.optional(flag, true),
  /** The protocols that it offers (ALPN), best first. */
  alpn: v.optional(v.array(text, 'must be a list of names')),
  /** Whether it goes on from sessions of earlier connections, which costs less. */
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
