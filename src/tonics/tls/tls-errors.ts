import { type ErrorCode, TaskTonicError } from '../../core/errors.js';
import { type PeerIdentity, TlsProblem } from '../../selector/tls.js';

/** What Node and OpenSSL say of a certificate that was shown: X509_V_ERR_... of verification, without the prefix. */
const CERTIFICATES: Readonly<Record<string, ErrorCode>> = {
  CERT_HAS_EXPIRED: 'TT_TLS_EXPIRED',
  CERT_NOT_YET_VALID: 'TT_TLS_NOT_YET_VALID',
  ERR_TLS_CERT_ALTNAME_INVALID: 'TT_TLS_WRONG_NAME',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'TT_TLS_UNKNOWN_AUTHORITY',
  SELF_SIGNED_CERT_IN_CHAIN: 'TT_TLS_UNKNOWN_AUTHORITY',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'TT_TLS_UNKNOWN_AUTHORITY',
  UNABLE_TO_GET_ISSUER_CERT: 'TT_TLS_UNKNOWN_AUTHORITY',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'TT_TLS_UNKNOWN_AUTHORITY',
  NO_CERTIFICATE: 'TT_TLS_NO_CERTIFICATE',
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: 'TT_TLS_NO_CERTIFICATE',
};

/** How a handshake fails otherwise; of several patterns the first one. */
const HANDSHAKES: readonly (readonly [RegExp, ErrorCode])[] = [
  [/CERTIFICATE_REQUIRED/, 'TT_TLS_CERTIFICATE_WANTED'],
  [
    /ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_EXPIRED|CERTIFICATE_UNKNOWN|CERTIFICATE_REVOKED|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED)/,
    'TT_TLS_CERTIFICATE_REFUSED',
  ],
  [/NO_APPLICATION_PROTOCOL/, 'TT_TLS_NO_PROTOCOL'],
  [
    /HTTP_REQUEST|WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE|HTTPS_PROXY_REQUEST|WRONG_SSL_VERSION|BAD_RECORD_TYPE|INVALID_RECORD/,
    'TT_TLS_NOT_SPOKEN',
  ],
  [
    /NO_SHARED_CIPHER|UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY|VERSION_TOO_LOW|NO_SUITABLE|NO_PROTOCOLS_AVAILABLE|INTERNAL_ERROR/,
    'TT_TLS_NOTHING_IN_COMMON',
  ],
];

/** An error under TLS as ours; `undefined` where it has nothing to do with TLS. */
export function tlsError(
  error: Error,
  address: string,
  details: Readonly<Record<string, unknown>>,
): TaskTonicError | undefined {
  const { code = '' } = error as NodeJS.ErrnoException;
  const peer = error instanceof TlsProblem ? error.peer : undefined;
  const found = CERTIFICATES[code] ?? (isTls(error, code) ? codeOf(code, error) : undefined);
  if (found === undefined) return undefined;
  return new TaskTonicError(found, { address, code: nameOf(code, error), ...detailsOf(peer), ...details }, error);
}

function isTls(error: Error, code: string): boolean {
  return error instanceof TlsProblem || /^ERR_(SSL|TLS|OSSL)_/.test(code) || isCut(error.message) || code === 'EPROTO';
}

function codeOf(code: string, error: Error): ErrorCode {
  if (isCut(error.message) || code === 'ENDED') return 'TT_TLS_CUT_OFF';
  const known = HANDSHAKES.find(([pattern]) => pattern.test(code));
  return known?.[1] ?? (error instanceof TlsProblem ? 'TT_TLS_CERTIFICATE_BAD' : 'TT_TLS_FAILED');
}

/** The connection was ended or reset before the handshake was done: so Node says that. */
function isCut(message: string): boolean {
  return message === 'socket hang up' || message.startsWith('Client network socket disconnected before secure TLS');
}

/** What the alert or the reason is called, in words. */
function nameOf(code: string, error: Error): string {
  const name = code === '' || code === 'EPROTO' ? error.message : code;
  return name
    .replace(/^ERR_(SSL|OSSL|TLS)_/, '')
    .replace(/^(SSLV3|TLSV1|TLSV13)_ALERT_/, '')
    .replaceAll('_', ' ')
    .toLowerCase();
}

function detailsOf(peer: PeerIdentity | undefined): Readonly<Record<string, unknown>> {
  if (peer === undefined)
    return { subject: 'not shown', issuer: 'somebody', names: 'others', from: 'later', to: 'before' };
  const { subject, issuer, names, validFrom, validTo } = peer;
  return {
    subject,
    issuer: issuer === subject ? 'itself' : issuer,
    names: names.length === 0 ? subject : names.map((name) => name.replace(/^DNS:/, '')).join(', '),
    from: dayOf(validFrom),
    to: dayOf(validTo),
  };
}

/** As errors show it. */
export function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
