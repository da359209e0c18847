// The certificate of both servers, where they are started with --tls.
import { readFileSync } from 'node:fs';
import { certFile, keyFile } from '../../../bench/lib/certificate.mjs';

export const isSecure = process.argv.includes('--tls');

/** @returns {{ cert: Buffer, key: Buffer }} */
export const certificate = () => ({ cert: readFileSync(certFile), key: readFileSync(keyFile) });
