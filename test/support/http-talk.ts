import type { HttpServer } from '../../src/http/index.js';
import { type Ear, type NetApp, type NetSetup, startNet } from './net-app.js';
import { type Peer, connectTo } from './peers.js';

/** A response as it came. */
export interface Answered {
  readonly status: number;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly text: string;
}

export interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** A peer that speaks HTTP, byte by byte as it is told, and reads what comes. */
export class Talk {
  readonly #methods: string[] = [];

  constructor(readonly peer: Peer) {}

  /** Sends a request, and waits for the answer to it. */
  async ask(line: string, asked: Asked = {}): Promise<Answered> {
    this.say(line, asked);
    return this.answer();
  }

  /** Sends a request. */
  say(line: string, { headers = {}, body = '' }: Asked = {}): void {
    const length = body.length > 0 ? { 'Content-Length': String(Buffer.byteLength(body)) } : {};
    const lines = Object.entries({ Host: 'test', ...length, ...headers }).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    this.raw(`${line} HTTP/1.1\r\n${lines.join('')}\r\n`);
    if (body.length > 0) this.peer.send(body);
  }

  /** Sends these bytes, which begin a request. */
  raw(bytes: string): void {
    this.#methods.push(bytes.split(' ', 1)[0]!);
    this.peer.send(bytes);
  }

  /** The answer to the request that was sent last. */
  async answer(n = this.#methods.length): Promise<Answered> {
    const all = (): Answered[] => answersIn(this.peer.bytes, this.#methods, this.peer.heard.count('end') > 0);
    await this.peer.heard.until(() => all().length >= n, `answer ${n}`);
    return all()[n - 1]!;
  }
}

/** The whole responses in these bytes. */
function answersIn(bytes: Buffer, methods: readonly string[], hasEnded: boolean): Answered[] {
  const answers: Answered[] = [];
  for (let at = 0; ;) {
    const first = answerAt(bytes, at, methods[answers.length], hasEnded);
    if (first === undefined) return answers;
    at = first.next;
    if (first.answer.status >= 200) answers.push(first.answer);
  }
}

/** The response that begins there, which may be an interim one, and where the next one begins; `undefined` where it is not whole. */
export function answerAt(
  bytes: Buffer,
  at: number,
  method = 'GET',
  hasEnded = false,
): { readonly answer: Answered; readonly next: number } | undefined {
  const end = bytes.indexOf('\r\n\r\n', at);
  if (end < 0) return undefined;
  const [line, ...lines] = bytes.toString('latin1', at, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((each) => [each.split(':', 1)[0]!.toLowerCase(), each.slice(each.indexOf(':') + 1).trim()]),
  );
  const status = Number(line!.split(' ')[1]);
  const hasBody = method !== 'HEAD' && ![204, 304].includes(status) && status >= 200;
  const read = hasBody ? bodyIn(bytes, end + 4, headers, hasEnded) : { body: Buffer.alloc(0), next: end + 4 };
  if (read === undefined) return undefined;
  return { answer: { status, headers, body: read.body, text: read.body.toString() }, next: read.next };
}

function bodyIn(
  bytes: Buffer,
  from: number,
  headers: Readonly<Record<string, string>>,
  hasEnded: boolean,
): { body: Buffer; next: number } | undefined {
  if (headers['transfer-encoding'] === 'chunked') return chunksIn(bytes, from);
  const given = headers['content-length'];
  if (given === undefined) return hasEnded ? { body: bytes.subarray(from), next: bytes.length } : undefined;
  const next = from + Number(given);
  return bytes.length < next ? undefined : { body: bytes.subarray(from, next), next };
}

function chunksIn(bytes: Buffer, from: number): { body: Buffer; next: number } | undefined {
  const chunks: Buffer[] = [];
  for (let at = from; ;) {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, end), 16);
    at = end + 2 + size + 2;
    if (bytes.length < at) return undefined;
    if (size === 0) return { body: Buffer.concat(chunks), next: at };
    chunks.push(bytes.subarray(end + 2, end + 2 + size));
  }
}

/** An app with an HttpServer. */
export class HttpApp<S extends HttpServer<string>> {
  constructor(
    readonly app: NetApp,
    readonly server: S,
    readonly port: number,
  ) {}

  async talk(): Promise<Talk> {
    return new Talk(await connectTo(this.port));
  }

  /** Asks on a connection of its own. */
  async ask(line: string, asked: Asked = {}): Promise<Answered> {
    return (await this.talk()).ask(line, asked);
  }

  /** What the log has said from level `warn` on. */
  get warnings(): string[] {
    return this.app.messages(40);
  }
}

/** Where a server of a test listens. */
export const HERE = { host: '127.0.0.1', port: 0 } as const;

/** Starts an app with the server that `make` makes. */
export async function serveHttp<S extends HttpServer<string>>(
  make: (ear: Ear) => S,
  setup: NetSetup = {},
): Promise<HttpApp<S>> {
  let server!: S;
  const app = await startNet((ear) => (server = make(ear)), setup);
  const [info] = (await app.heard.on('onListening')) as [{ port: number }];
  return new HttpApp(app, server, info.port);
}
