import type { IncomingHttpHeaders } from 'node:http';
import { type TaskTonicError, fail } from '../../core/errors.js';
import type { Random } from '../../core/time/random.js';
import type { StreamChannel } from '../../selector/network.js';
import type { ProtocolHandshake } from '../../tonics/tcp/client/protocol-handshake.js';
import type { Extensions, PerMessageDeflate, Ws } from './load-ws.js';
import { acceptOf } from './opening.js';

/** The request of a client. */
export interface Asked {
  readonly ws: Ws;
  readonly url: URL;
  readonly subprotocols: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** Makes the compression of a connection, if it is offered. */
  readonly deflate: (() => PerMessageDeflate) | undefined;
}

/** What the server has agreed to. */
export interface Answer {
  readonly subprotocol: string;
  readonly extensions: Extensions;
  readonly headers: IncomingHttpHeaders;
}

/** The most bytes of the headers of the answer. */
const MOST_HEAD = 16_384;
const END = '\r\n\r\n';

/** The handshake of a client: RFC 6455, 4.1. */
export class ClientOpening implements ProtocolHandshake {
  answer: Answer | undefined = undefined;
  readonly #asked: Asked;
  readonly #key: string;
  readonly #deflate: PerMessageDeflate | undefined;
  #head = Buffer.alloc(0);

  constructor(asked: Asked, random: Random) {
    this.#asked = asked;
    this.#key = keyBy(random);
    this.#deflate = asked.deflate?.();
  }

  begin(channel: StreamChannel): void {
    const { ws, url, subprotocols, headers } = this.#asked;
    const lines = [
      `GET ${url.pathname}${url.search} HTTP/1.1`,
      `Host: ${url.host}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Key: ${this.#key}`,
      'Sec-WebSocket-Version: 13',
    ];
    if (subprotocols.length > 0) lines.push(`Sec-WebSocket-Protocol: ${subprotocols.join(', ')}`);
    if (this.#deflate !== undefined) {
      const offer = ws.extension.format({ [ws.PerMessageDeflate.extensionName]: this.#deflate.offer() });
      lines.push(`Sec-WebSocket-Extensions: ${offer}`);
    }
    for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
    const head = `${lines.join('\r\n')}${END}`;
    channel.write(head, Buffer.byteLength(head));
  }

  read(channel: StreamChannel): boolean | TaskTonicError {
    for (let data = channel.take(); data !== undefined; data = channel.take()) {
      this.#head = Buffer.concat([this.#head, data]);
      const end = this.#head.indexOf(END);
      if (end >= 0) return this.#read(channel, end);
      if (this.#head.length > MOST_HEAD) return this.#failed(`its answer is longer than ${MOST_HEAD} bytes`);
    }
    return channel.ended ? this.#failed('the server has ended the connection') : false;
  }

  timedOut(ms: number): TaskTonicError {
    return this.#failed(`no answer came within ${ms} ms`);
  }

  #read(channel: StreamChannel, end: number): true | TaskTonicError {
    const [status = '', ...lines] = this.#head.toString('latin1', 0, end).split('\r\n');
    channel.putBack(this.#head.subarray(end + END.length));
    const answered = /^HTTP\/1\.\d (\d{3})(?: (.*))?$/.exec(status);
    if (answered === null) return this.#failed('what answers does not speak HTTP');
    if (answered[1] !== '101') return this.#failed(`the server answered ${answered[1]} ${answered[2] ?? ''}`.trim());
    try {
      this.answer = this.#agreed(headersIn(lines));
      return true;
    } catch (problem) {
      return this.#failed((problem as Error).message);
    }
  }

  /** @throws {Error} with the reason. */
  #agreed(headers: Readonly<Record<string, string>>): Answer {
    const { subprotocols } = this.#asked;
    if (headers['upgrade']?.toLowerCase() !== 'websocket') throw new Error('the answer has no "Upgrade: websocket"');
    if (!hasToken(headers['connection'], 'upgrade')) throw new Error('the answer has no "Connection: Upgrade"');
    if (headers['sec-websocket-accept'] !== acceptOf(this.#key)) throw new Error('"Sec-WebSocket-Accept" is wrong');
    const subprotocol = headers['sec-websocket-protocol'] ?? '';
    if (subprotocol !== '' && !subprotocols.includes(subprotocol))
      throw new Error(`the server chose the subprotocol ${subprotocol}, which was not offered`);
    return { subprotocol, extensions: this.#extensions(headers['sec-websocket-extensions']), headers };
  }

  #extensions(answer: string | undefined): Extensions {
    if (answer === undefined) return {};
    const { ws } = this.#asked;
    const name = ws.PerMessageDeflate.extensionName;
    const { [name]: params, ...others } = ws.extension.parse(answer);
    if (this.#deflate === undefined || params === undefined || Object.keys(others).length > 0)
      throw new Error('the server chose an extension that was not offered');
    this.#deflate.accept(params);
    return { [name]: this.#deflate };
  }

  #failed(problem: string): TaskTonicError {
    return fail('TT_UPGRADE_FAILED', { url: this.#asked.url.href, problem });
  }
}

/** A key of 16 random bytes; the server proves with it that it has read the request (RFC 6455, 4.1). */
function keyBy(random: Random): string {
  return Buffer.from(Array.from({ length: 16 }, () => Math.floor(random.next() * 256))).toString('base64');
}

/** Headers by name in lower case; headers of the same name are joined as a list. */
function headersIn(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const at = line.indexOf(':');
    if (at <= 0) throw new Error('its answer has an invalid header line');
    const name = line.slice(0, at).toLowerCase();
    const value = line.slice(at + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return headers;
}

function hasToken(value: string | undefined, wanted: string): boolean {
  return (value ?? '').split(',').some((token) => token.trim().toLowerCase() === wanted);
}
