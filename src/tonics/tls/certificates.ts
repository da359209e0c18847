import { readFileSync, statSync } from 'node:fs';
import type { SecureContext, SecureContextOptions } from 'node:tls';
import { type TaskTonicError, fail } from '../../core/errors.js';
import { nodeCrypto, nodeTls } from '../../selector/node/lazy-modules.js';
import { CIPHERS } from './tls-options.js';

type Pem = string | Uint8Array;

/** Where a certificate, its key and authorities come from. */
export interface CertificateSource {
  readonly cert?: Pem | undefined;
  readonly key?: Pem | undefined;
  readonly passphrase?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly ca?: Pem | readonly Pem[] | undefined;
  readonly caFile?: string | readonly string[] | undefined;
}

/** What holds for a context besides its certificate. */
export interface ContextSettings {
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly ciphers: string | undefined;
}

/** The files that a source names. */
export function filesOf({ certFile, keyFile, caFile }: CertificateSource): readonly string[] {
  const authorities = caFile === undefined ? [] : typeof caFile === 'string' ? [caFile] : caFile;
  return [certFile, keyFile, ...authorities].filter((file) => file !== undefined);
}

/** What tells whether files are others than before. One that is not there now is one that has changed. */
export function stampOf(files: readonly string[]): string {
  return files
    .map((file) => {
      const stat = statSync(file, { throwIfNoEntry: false });
      return stat === undefined ? 'none' : `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
    })
    .join('\n');
}

/**
 * Reads what a source names, and has OpenSSL look at it.
 *
 * @param whose for the error: `of TcpServer`, `for mail.example.com`.
 * @throws {TaskTonicError} `TT_BAD_CERTIFICATE`, with what is wrong with which of them.
 */
export function contextOptions(
  source: CertificateSource,
  { minVersion, ciphers = CIPHERS }: ContextSettings,
  whose: string,
): SecureContextOptions {
  const cert = pemOf(source.cert, source.certFile, 'cert', whose);
  const key = pemOf(source.key, source.keyFile, 'key', whose);
  if (cert !== undefined && key === undefined) throw bad(whose, 'it has no key: give "key" or "keyFile"');
  if (cert === undefined && key !== undefined)
    throw bad(whose, 'it has a key and no certificate: give "cert" or "certFile"');
  if (cert !== undefined) look(cert, source.certFile, whose);
  const ca = authoritiesOf(source, whose);
  const options: SecureContextOptions = {
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(source.passphrase !== undefined && { passphrase: source.passphrase }),
    ...(ca !== undefined && { ca }),
    ciphers,
    minVersion,
    // A peer that asks again and again for new keys would have this one calculate for it.
    secureOptions: nodeCrypto().constants.SSL_OP_NO_RENEGOTIATION,
  };
  return options;
}

/** @throws {TaskTonicError} as {@link contextOptions}. */
export function contextOf(options: SecureContextOptions, source: CertificateSource, whose: string): SecureContext {
  try {
    return nodeTls().createSecureContext(options);
  } catch (thrown) {
    throw bad(whose, problemOf(thrown as NodeJS.ErrnoException, source), thrown as Error);
  }
}

function authoritiesOf({ ca, caFile }: CertificateSource, whose: string): Buffer[] | undefined {
  const given = ca === undefined ? [] : ca instanceof Uint8Array || typeof ca === 'string' ? [ca] : ca;
  const files = caFile === undefined ? [] : typeof caFile === 'string' ? [caFile] : caFile;
  const all = [
    ...given.map((pem) => [pemOf(pem, undefined, 'ca', whose)!, undefined] as const),
    ...files.map((file) => [pemOf(undefined, file, 'ca', whose)!, file] as const),
  ];
  if (all.length === 0) return undefined;
  for (const [pem, file] of all) look(pem, file, whose, 'ca');
  return all.map(([pem]) => pem);
}

function pemOf(pem: Pem | undefined, file: string | undefined, option: string, whose: string): Buffer | undefined {
  if (pem !== undefined && file !== undefined)
    throw bad(whose, `both "${option}" and "${option}File" are given: one is enough`);
  if (pem !== undefined) return Buffer.from(pem as Uint8Array);
  if (file === undefined) return undefined;
  try {
    return readFileSync(file);
  } catch (thrown) {
    const { code = 'unknown' } = thrown as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is none' : code === 'EACCES' ? 'this process may not read it' : code;
    throw bad(whose, `the file ${file} ("${option}File") cannot be read: ${why}`, thrown as Error);
  }
}

/** Whether it holds a certificate at all: OpenSSL would not say which of several does not. */
function look(pem: Buffer, file: string | undefined, whose: string, option = 'cert'): void {
  const where = file === undefined ? `"${option}"` : `the file ${file}`;
  if (!pem.includes('-----BEGIN CERTIFICATE-----') && !pem.includes('-----BEGIN TRUSTED CERTIFICATE-----')) {
    const is = pem.includes('PRIVATE KEY-----') ? 'a private key' : 'something else';
    throw bad(whose, `${where} has no certificate in PEM, but ${is}`);
  }
  try {
    void new (nodeCrypto().X509Certificate)(pem);
  } catch (thrown) {
    throw bad(whose, `${where} has a certificate that cannot be read`, thrown as Error);
  }
}

function problemOf({ code, message }: NodeJS.ErrnoException, { certFile, keyFile }: CertificateSource): string {
  const key = keyFile === undefined ? '"key"' : `the file ${keyFile}`;
  if (code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH')
    return `${key} is not the key of that certificate${certFile === undefined ? '' : ` (${certFile})`}`;
  if (
    /BAD_DECRYPT|INTERRUPTED_OR_CANCELLED|BAD_PASSWORD|MAYBE_WRONG_PASSWORD|PROBLEMS_GETTING_PASSWORD/.test(code ?? '')
  )
    return `${key} cannot be opened: give its "passphrase", or the right one`;
  if (/NO_START_LINE|UNSUPPORTED|DECODER|BAD_BASE64|PEM/.test(code ?? ''))
    return `${key} has no private key in PEM that can be read`;
  if (code === 'ERR_SSL_NO_CIPHER_MATCH') return '"ciphers" names none that there is';
  if (/(CA_MD|EE_KEY|CA_KEY|KEY)_TOO_(WEAK|SMALL)/.test(code ?? '')) return 'its key or its signature is too weak';
  return `${message} (${code ?? 'unknown'})`;
}

function bad(whose: string, problem: string, cause?: Error): TaskTonicError {
  return fail('TT_BAD_CERTIFICATE', { whose, problem }, cause);
}
