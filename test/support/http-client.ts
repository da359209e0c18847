import type { SelectorCatalystOptions } from '../../src/index.js';
import { Tonic } from '../../src/index.js';
import type { Framing } from '../../src/framing/index.js';
import {
  HttpClient,
  type HttpClientOptions,
  type HttpQuestion,
  type HttpRequest,
  type HttpRequestOptions,
  type HttpResponse,
  type HttpStreamOptions,
  type HttpStreamedResponse,
} from '../../src/http/index.js';
import { Heard, inside } from './heard.js';
import { type NetApp, startNet } from './net-app.js';
import { type Peer, type PeerServer, listenOn } from './peers.js';

/** A Tonic with an HttpClient, that writes down what it hears. */
export class Asker extends Tonic {
  static override readonly questionLimit: number = 5_000;
  readonly heard = new Heard();
  readonly client: HttpClient;

  constructor(options: HttpClientOptions = {}, name = 'asker') {
    super({ name });
    // Whoever runs the tests may have a proxy.
    this.client = new HttpClient({ proxy: false, base: this, ...options });
  }

  ttsc__do(body: (asker: this) => void): void {
    body(this);
  }
  /** Asks; `options` may say that nobody hears why there is no answer (`onError: undefined`). */
  asks(request: HttpRequest, options: HttpRequestOptions<never> = {}): HttpQuestion {
    return this.client.request(request, this.ttse__onAnswer, { onError: this.ttse__onNoAnswer, ...options });
  }
  asksFrames<Frame>(
    url: string,
    framing: Framing<Frame, never>,
    options: HttpRequestOptions<never> = {},
  ): HttpQuestion {
    return this.client.get<Frame>(url, this.ttse__onAnswer, {
      ...options,
      framing,
      onFrame: this.ttse__onFrame,
      onError: this.ttse__onNoAnswer,
    });
  }
  streams(request: HttpRequest, options: HttpStreamOptions = {}): HttpQuestion {
    return this.client.stream(request, this.ttse__onHead, { onError: this.ttse__onNoAnswer, ...options });
  }
  ttse__onAnswer(response: HttpResponse, question: HttpQuestion): void {
    this.heard.push('answer', response, question);
  }
  ttse__onHead(response: HttpStreamedResponse, question: HttpQuestion): void {
    this.heard.push('head', response, question);
  }
  ttse__onFrame(frame: unknown, question: HttpQuestion): void {
    this.heard.push('frame', frame, question);
  }
  ttse__onNoAnswer(error: Error, question: HttpQuestion): void {
    this.heard.push('error', error, question);
  }
}

/** Whatever is heard of a question: its answer, or why there is none. */
export type Outcome = { readonly response?: HttpResponse; readonly error?: Error & { readonly code?: string } };

/** An app with an {@link Asker}. */
export class AskerApp {
  constructor(
    readonly app: NetApp,
    readonly asker: Asker,
  ) {}

  get heard(): Heard {
    return this.asker.heard;
  }

  get client(): HttpClient {
    return this.asker.client;
  }

  /** Asks, in a sparkle of the Asker. */
  async asks(request: HttpRequest | string, options: HttpRequestOptions<never> = {}): Promise<HttpQuestion> {
    const asked = typeof request === 'string' ? { url: request } : request;
    return inside(this.asker, (asker) => asker.asks(asked, options));
  }

  async streams(request: HttpRequest | string, options: HttpStreamOptions = {}): Promise<HttpQuestion> {
    const asked = typeof request === 'string' ? { url: request } : request;
    return inside(this.asker, (asker) => asker.streams(asked, options));
  }

  async asksFrames<Frame>(
    url: string,
    framing: Framing<Frame, never>,
    options: HttpRequestOptions<never> = {},
  ): Promise<HttpQuestion> {
    return inside(this.asker, (asker) => asker.asksFrames(url, framing, options));
  }

  /** Asks, and waits for what becomes of it. */
  async outcome(request: HttpRequest | string, options: HttpRequestOptions<never> = {}): Promise<Outcome> {
    return this.of(await this.asks(request, options));
  }

  /** What becomes of a question. */
  async of(question: HttpQuestion): Promise<Outcome> {
    const find = () => this.heard.events.find(({ name, args }) => name !== 'frame' && args[1] === question);
    await this.heard.until(() => find() !== undefined, `what becomes of ${question.sparkle}`);
    const { name, args } = find()!;
    return name === 'error' ? { error: args[0] as Error } : { response: args[0] as HttpResponse };
  }

  async answer(request: HttpRequest | string, options: HttpRequestOptions<never> = {}): Promise<HttpResponse> {
    const { response, error } = await this.outcome(request, options);
    if (response === undefined) throw error!;
    return response;
  }

  async error(
    request: HttpRequest | string,
    options: HttpRequestOptions<never> = {},
  ): Promise<Error & { readonly code?: string }> {
    const { response, error } = await this.outcome(request, options);
    if (error === undefined) throw new Error(`it was answered ${response!.status}`);
    return error;
  }
}

export async function startAsker(
  options: HttpClientOptions = {},
  catalyst?: SelectorCatalystOptions,
): Promise<AskerApp> {
  let asker!: Asker;
  const app = await startNet(() => (asker = new Asker(options)), { options: catalyst });
  return new AskerApp(app, asker);
}

/** A request as a scripted server sees it. */
export interface SeenRequest {
  readonly head: string;
  readonly body: string;
  readonly peer: Peer;
  /** Which of all it is, from 1. */
  readonly n: number;
}

/** A plain server that answers what its script says, byte by byte. */
export class ScriptedServer {
  readonly seen: SeenRequest[] = [];
  readonly heard = new Heard();

  constructor(
    readonly server: PeerServer,
    readonly script: (request: SeenRequest) => string | Buffer | undefined,
  ) {
    server.server.on('connection', () => this.#follow(server.peers.at(-1)!));
  }

  get port(): number {
    return this.server.port;
  }

  get connections(): number {
    return this.server.peers.length;
  }

  url(path = '/'): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  #follow(peer: Peer): void {
    let taken = 0;
    peer.socket.on('data', () => {
      for (;;) {
        const text = peer.bytes.subarray(taken).toString('latin1');
        const end = text.indexOf('\r\n\r\n');
        const length = Number(/^content-length: (\d+)/im.exec(text.slice(0, end + 2))?.[1] ?? 0);
        if (end === -1 || text.length < end + 4 + length) return;
        taken += end + 4 + length;
        const request = {
          head: text.slice(0, end),
          body: text.slice(end + 4, end + 4 + length),
          peer,
          n: this.seen.length + 1,
        };
        this.seen.push(request);
        const answer = this.script(request);
        this.heard.push('request', request);
        if (answer !== undefined) peer.send(answer);
      }
    });
  }
}

/** A server whose answers a script gives; `undefined` for none. */
export async function serveScript(script: ScriptedServer['script']): Promise<ScriptedServer> {
  return new ScriptedServer(await listenOn(), script);
}

/** An answer with a body of that length. */
export function answered(body = '', status = 200, headers: Record<string, string> = {}): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Said\r\n${lines.join('')}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
