// A certificate for servers of the benchmark, made on the spot: it is in the build folder, and nobody trusts it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (/** @type {string} */ name) => fileURLToPath(new URL(`../build/${name}`, import.meta.url));

export const certFile = path('certificate.pem');
export const keyFile = path('key.pem');

/** Why there is none, where there is none. @returns {string | null} */
export function makeCertificate() {
  if (existsSync(certFile)) return null;
  mkdirSync(path(''), { recursive: true });
  const options = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj /CN=localhost'.split(' ');
  const made = spawnSync('openssl', ['req', ...options, '-keyout', keyFile, '-out', certFile], { timeout: 20_000 });
  return made.status === 0 ? null : 'openssl is not here to make a certificate';
}
