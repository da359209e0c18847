import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { PeerIdentity, TlsInfo } from '../tls.js';

/** What was agreed; `undefined` where the socket is gone, and nobody has asked before. */
export function factsOf(socket: TLSSocket): TlsInfo | undefined {
  const version = socket.getProtocol();
  if (version === null) return undefined;
  const { alpnProtocol, servername } = socket as TLSSocket & { readonly servername?: string | false | null };
  return {
    version,
    cipher: socket.getCipher().standardName,
    servername: typeof servername === 'string' && servername !== '' ? servername : undefined,
    alpn: typeof alpnProtocol === 'string' ? alpnProtocol : undefined,
    resumed: socket.isSessionReused(),
    identity: socket.authorized ? peerOf(socket) : undefined,
  };
}

/** What the certificate of the peer says, verified or not; `undefined` where it has shown none. */
export function peerOf(socket: TLSSocket): PeerIdentity | undefined {
  const certificate = socket.getPeerX509Certificate();
  return certificate === undefined ? undefined : identityOf(certificate);
}

export function identityOf(certificate: X509Certificate): PeerIdentity {
  const { subject, issuer, subjectAltName, serialNumber, fingerprint256, validFrom, validTo } = certificate;
  return {
    commonName: /^CN=(.*)$/m.exec(subject ?? '')?.[1],
    subject: oneLine(subject),
    issuer: oneLine(issuer),
    names: subjectAltName === undefined ? [] : subjectAltName.split(/,\s*(?=[A-Za-z ]+:)/),
    serialNumber,
    fingerprint: fingerprint256,
    validFrom: new Date(validFrom),
    validTo: new Date(validTo),
  };
}

/** Node writes a part of a name on each line. */
function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ');
}
