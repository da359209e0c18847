import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { HttpTakeover } from './http-server-options.js';
import type { TcpConnection } from '../../tonics/tcp/connection/tcp-connection.js';

/** A request for another protocol, with the bytes after it. */
export interface UpgradeRequest {
  readonly request: IncomingMessage;
  readonly behind: Buffer;
}

/** The status 101 Switching Protocols. */
export const SWITCHED = 101;

/** Headers that ask for another protocol. */
const OF_UPGRADE: ReadonlySet<string> = new Set(['upgrade', 'http2-settings']);

/** A connection with a request for another protocol, as its server sees it. */
export interface Upgradeable extends TcpConnection<string> {
  /** The request was answered with that status. @internal */
  _ttUpgradeAnswered(status: number): void;
  /** @internal The bytes after the last request that nobody has read. */
  _ttTakeRest(behind: Buffer): Buffer;
  /** @internal Continues with HTTP as if these bytes arrived next. */
  _ttServesAgain(bytes: Buffer): void;
  /** @internal From now on another owner reads and writes its stream. */
  _ttGivenTo(takeover: HttpTakeover, asked: UpgradeRequest): void;
}

/** The request line and headers, without those that ask for another protocol. */
export function withoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    const value = rawHeaders[at + 1]!;
    if (OF_UPGRADE.has(name.toLowerCase())) continue;
    lines.push(`${name}: ${name.toLowerCase() === 'connection' ? otherTokens(value) : value}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

function otherTokens(value: string): string {
  const tokens = value.split(',').map((token) => token.trim());
  return tokens.filter((token) => !OF_UPGRADE.has(token.toLowerCase())).join(', ');
}

/** The answer to a refused request for another protocol. The connection closes after it. */
export function refusalOf(status: number, why: string, headers: Readonly<Record<string, string>> = {}): string {
  const all = {
    Connection: 'close',
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(why)),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${why}`;
}
