import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { HttpTakeover } from './http-server-options.js';
import type { TcpConnection } from '../../tonics/tcp/connection/tcp-connection.js';

/** A request for another protocol, with the bytes that came behind it. */
export interface UpgradeRequest {
  readonly request: IncomingMessage;
  readonly behind: Buffer;
}

/** Switching protocols: the status of an answer after which another protocol is spoken. */
export const SWITCHED = 101;

/** Headers that ask for another protocol. */
const OF_UPGRADE: ReadonlySet<string> = new Set(['upgrade', 'http2-settings']);

/** A connection that speaks HTTP, as whoever answers such a request sees it. */
export interface Upgradeable extends TcpConnection<string> {
  /** The request was answered with that status. @internal */
  _ttUpgradeAnswered(status: number): void;
  /** @internal What has come behind the last request, and nobody has taken. */
  _ttTakeRest(behind: Buffer): Buffer;
  /** @internal It goes on in HTTP as if these bytes came next. */
  _ttServesAgain(bytes: Buffer): void;
  /** @internal Somebody else reads and writes its stream from now on. */
  _ttGivenTo(takeover: HttpTakeover, asked: UpgradeRequest): void;
}

/** The head of a request, without its wish for another protocol. */
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

/** The answer to a request that does not become what it asks for. The connection closes after it. */
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
