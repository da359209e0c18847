import type { X509Certificate, constants, createHash } from 'node:crypto';
import type * as tls from 'node:tls';

// What few apps need is loaded by the first that does. The modules of TLS take 7 ms and 1 MB of each thread; and beside so much more that stays, V8 marks its heap four
// times as often while messages of 16 KiB are echoed, at half as much CPU again a message.

/** `node:tls`. */
export function nodeTls(): typeof tls {
  return process.getBuiltinModule('node:tls');
}

/** What certificates need of `node:crypto`. */
interface CertificateCrypto {
  readonly X509Certificate: typeof X509Certificate;
  readonly constants: typeof constants;
  readonly createHash: typeof createHash;
}

/** `node:crypto`. */
export function nodeCrypto(): CertificateCrypto {
  return process.getBuiltinModule('node:crypto');
}
