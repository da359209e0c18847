import { type KeyObject, createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A certificate that a test has made, and its key, in PEM. */
export interface Made {
  readonly cert: string;
  readonly key: string;
}

export interface Wishes {
  /** Its common name. */
  readonly name?: string;
  /** The names of its hosts; IPv4 addresses too. */
  readonly hosts?: readonly string[];
  readonly from?: Date;
  readonly to?: Date;
  /** Whether it may sign others. */
  readonly authority?: boolean;
  /** Default: a curve. Its signatures are of one length, so a run on the simulated network is the same each time, byte by byte. */
  readonly kind?: 'ed25519' | 'ec' | 'rsa';
}

/** An authority that tests trust, and what it signs. Nothing of it is ever written down. */
export class Authority implements Made {
  readonly cert: string;
  readonly key: string;
  readonly #name: string;
  readonly #private: KeyObject;
  readonly #kind: Kind;

  constructor(name = 'authority of a test', wishes: Omit<Wishes, 'name'> = {}) {
    this.#name = name;
    this.#kind = wishes.kind ?? 'ec';
    const keys = keysOf(this.#kind);
    this.#private = keys.privateKey;
    this.key = pemOfKey(keys.privateKey);
    this.cert = certificate({ ...wishes, name, authority: true }, keys.publicKey, name, this.#private, this.#kind);
  }

  /** Signs a certificate. */
  issue(wishes: Wishes = {}): Made {
    const { publicKey, privateKey } = keysOf(wishes.kind ?? 'ec');
    const made = { name: 'localhost', hosts: ['localhost', '127.0.0.1'], ...wishes };
    return { cert: certificate(made, publicKey, this.#name, this.#private, this.#kind), key: pemOfKey(privateKey) };
  }
}

/** A certificate that nobody vouches for but itself. */
export function selfSigned(name: string): Made {
  const { publicKey, privateKey } = keysOf('ec');
  return { cert: certificate({ name, hosts: [name] }, publicKey, name, privateKey, 'ec'), key: pemOfKey(privateKey) };
}

type Kind = 'ed25519' | 'ec' | 'rsa';

function keysOf(kind: Kind): { publicKey: KeyObject; privateKey: KeyObject } {
  if (kind === 'rsa') return generateKeyPairSync('rsa', { modulusLength: 2048 });
  return kind === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
}

function pemOfKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string;
}

// ---- DER (X.690), as far as a certificate needs it ----

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const long =
    body.length > 127
      ? Buffer.from(body.length.toString(16).padStart(body.length > 255 ? 4 : 2, '0'), 'hex')
      : undefined;
  const length =
    long === undefined ? Buffer.from([body.length]) : Buffer.concat([Buffer.from([0x80 | long.length]), long]);
  return Buffer.concat([Buffer.from([tag]), length, body]);
}

const seq = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const bits = (bytes: Uint8Array): Buffer => der(0x03, Buffer.from([0]), bytes);
const octets = (bytes: Uint8Array): Buffer => der(0x04, bytes);
const YES = der(0x01, Buffer.from([0xff]));

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = rest.flatMap((n) => {
    const septets = [n & 0x7f];
    for (let left = n >> 7; left > 0; left >>= 7) septets.unshift((left & 0x7f) | 0x80);
    return septets;
  });
  return der(0x06, Buffer.from([first * 40 + second, ...bytes]));
}

function nameOf(commonName: string): Buffer {
  return seq(der(0x31, seq(oid('2.5.4.3'), der(0x0c, Buffer.from(commonName)))));
}

/** UTCTime ends with 2049. */
function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '');
  return date.getUTCFullYear() < 2050 ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits));
}

const ALGORITHMS = { ed25519: '1.3.101.112', ec: '1.2.840.10045.4.3.2', rsa: '1.2.840.113549.1.1.11' } as const;
const NULL = der(0x05);

function extension(id: string, critical: boolean, value: Uint8Array): Buffer {
  return seq(oid(id), ...(critical ? [YES] : []), octets(value));
}

function hostName(host: string): Buffer {
  const isAddress = /^[\d.]+$/.test(host);
  return isAddress ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host));
}

const DAY = 86_400_000;

/** A certificate of version 3 (RFC 5280, 4.1), signed. */
function certificate(wishes: Wishes, own: KeyObject, issuer: string, signer: KeyObject, kind: Kind): string {
  const { name = '', hosts = [], authority = false } = wishes;
  const { from = new Date(Date.now() - DAY), to = new Date(Date.now() + 365 * DAY) } = wishes;
  const algorithm = seq(oid(ALGORITHMS[kind]), ...(kind === 'rsa' ? [NULL] : []));
  const publicKey = own.export({ type: 'spki', format: 'der' });
  const keyId = createHash('sha1').update(publicKey).digest();
  const extensions = [
    extension('2.5.29.19', true, authority ? seq(YES) : seq()),
    extension('2.5.29.14', false, octets(keyId)),
    // Signing of certificates; or digital signatures.
    extension('2.5.29.15', true, der(0x03, authority ? Buffer.from([2, 0x04]) : Buffer.from([7, 0x80]))),
    ...(hosts.length === 0 ? [] : [extension('2.5.29.17', false, seq(...hosts.map(hostName)))]),
  ];
  const serial = Buffer.concat([Buffer.from([0x11]), randomBytes(15)]);
  const body = seq(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    nameOf(issuer),
    seq(time(from), time(to)),
    nameOf(name),
    publicKey,
    der(0xa3, seq(...extensions)),
  );
  const signature = sign(kind === 'ed25519' ? null : 'sha256', body, signer);
  const base64 = seq(body, algorithm, bits(signature))
    .toString('base64')
    .replace(/.{1,64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${base64}-----END CERTIFICATE-----\n`;
}
