import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Extensions, PerMessageDeflate, Ws } from './load-ws.js';
import type { WebSocketPathSettings } from './path-options.js';
import { type DeflateOptions, deflateSchema } from './websocket-options.js';
import * as v from 'valibot';
import { WebSocketRequest } from './websocket-request.js';

/** The reason why a request does not become a WebSocket. */
export interface Refusal {
  readonly status: number;
  readonly why: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The agreed parameters of a WebSocket. */
export interface Agreed {
  readonly request: WebSocketRequest;
  readonly subprotocol: string;
  readonly extensions: Extensions;
  /** The status line and headers of the response. */
  readonly head: string;
}

/** The GUID of RFC 6455, 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** 16 bytes in base64. */
const KEY = /^[+/0-9A-Za-z]{22}==$/;
const VERSION = '13';

/** The value that proves that the server has read the request: RFC 6455, 4.2.2. */
export function acceptOf(key: string): string {
  return createHash('sha1')
    .update(key + GUID)
    .digest('base64');
}

/** Whether a request asks for a WebSocket. */
export function asksForWebSocket({ headers }: IncomingMessage): boolean {
  return (headers.upgrade ?? '').split(',').some((token) => token.trim().toLowerCase() === 'websocket');
}

/** Checks a request by RFC 6455, 4.2. Returns the agreed parameters, or the refusal. */
export function agree(ws: Ws, request: IncomingMessage, settings: WebSocketPathSettings): Agreed | Refusal {
  const { headers } = request;
  const key = headers['sec-websocket-key'];
  if (request.method !== 'GET') return { status: 405, why: 'a WebSocket is opened by GET', headers: { Allow: 'GET' } };
  if (headers['sec-websocket-version'] !== VERSION)
    return {
      status: 426,
      why: `the version of the WebSocket protocol here is ${VERSION}`,
      headers: { 'Sec-WebSocket-Version': VERSION, Upgrade: 'websocket' },
    };
  if (key === undefined || !KEY.test(key)) return { status: 400, why: 'Sec-WebSocket-Key is missing or wrong' };
  if (!isWelcome(headers.origin, headers.host, settings.origins)) return { status: 403, why: 'not from this origin' };
  const opened = new WebSocketRequest(request);
  const answer = settings.accept?.(opened) ?? true;
  if (answer !== true) return { status: answer, why: 'refused' };
  try {
    const subprotocol = chosen(ws, headers['sec-websocket-protocol'], settings.subprotocols);
    const extensions = extensionsFor(ws, headers['sec-websocket-extensions'], settings);
    return { request: opened, subprotocol, extensions, head: headOf(ws, key, subprotocol, extensions) };
  } catch {
    return { status: 400, why: 'Sec-WebSocket-Protocol or Sec-WebSocket-Extensions cannot be read' };
  }
}

/**
 * Whether pages of this origin may open the WebSocket. Browsers always send the origin; a client that sends none is no
 * browser.
 */
function isWelcome(
  origin: string | undefined,
  host: string | undefined,
  origins: '*' | readonly string[] | undefined,
): boolean {
  if (origin === undefined || origins === '*') return true;
  if (origins !== undefined) return origins.includes(origin);
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}

/** The first of our subprotocols that the peer offers; `''` for none. */
function chosen(ws: Ws, offered: string | undefined, ours: readonly string[] = []): string {
  if (offered === undefined) return '';
  const theirs = ws.subprotocol.parse(offered);
  return ours.find((name) => theirs.has(name)) ?? '';
}

function extensionsFor(ws: Ws, offered: string | undefined, settings: WebSocketPathSettings): Extensions {
  const options = deflateOptions(settings.perMessageDeflate);
  const name = ws.PerMessageDeflate.extensionName;
  const offers = options === undefined || offered === undefined ? undefined : ws.extension.parse(offered)[name];
  if (options === undefined || offers === undefined) return NONE;
  const deflate = newDeflate(ws, options, settings.maxPayload, true);
  try {
    deflate.accept(offers);
  } catch {
    // No offer of the peer can be accepted, so messages are not compressed.
    return NONE;
  }
  return { [name]: deflate };
}

/** The options of compression; `undefined` if it is off. */
export function deflateOptions(given: boolean | DeflateOptions): v.InferOutput<typeof deflateSchema> | undefined {
  if (given === false) return undefined;
  return v.parse(deflateSchema, given === true ? {} : given);
}

/** Makes the compression of a connection, before the parameters are agreed. */
export function newDeflate(
  ws: Ws,
  { level, memLevel, windowBits, noContextTakeover, threshold }: v.InferOutput<typeof deflateSchema>,
  maxPayload: number,
  isServer: boolean,
): PerMessageDeflate {
  return new ws.PerMessageDeflate({
    isServer,
    maxPayload,
    threshold,
    serverNoContextTakeover: noContextTakeover,
    clientNoContextTakeover: noContextTakeover,
    serverMaxWindowBits: windowBits,
    zlibDeflateOptions: { level, memLevel },
  });
}

const NONE: Extensions = {};

function headOf(ws: Ws, key: string, subprotocol: string, extensions: Extensions): string {
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${acceptOf(key)}`,
  ];
  if (subprotocol !== '') lines.push(`Sec-WebSocket-Protocol: ${subprotocol}`);
  for (const [name, { params }] of Object.entries(extensions))
    lines.push(`Sec-WebSocket-Extensions: ${ws.extension.format({ [name]: [params] })}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
