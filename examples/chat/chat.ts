import { readFileSync } from 'node:fs';
import { type Hears, type ListenInfo, TcpServer, Tonic } from 'tasktonic';
import { type HttpExchange, HttpServer, overWebSocket } from 'tasktonic/http';
import type { Serving } from '../shared/serving.js';
import { ChatConnection } from './chat-connection.js';
import { Rooms } from './rooms.js';

const ChatWebSocket = overWebSocket(ChatConnection);
/** With so much unsent somebody does not keep up. */
const HIGH_WATER = { highWaterMark: 65_536, maxConnections: 1_000 };

/** The page of the chat, and the WebSockets that it opens. */
class ChatPage extends HttpServer {
  override ttse__onRequest(exchange: HttpExchange): void {
    if (exchange.path !== '/') return exchange.reply('There is nothing here.\n', { status: 404 });
    // The folder of the package, whether this runs from its source or built.
    const page = new URL('examples/chat/page.html', import.meta.resolve('tasktonic/package.json'));
    return exchange.reply(readFileSync(page), { headers: { 'Content-Type': 'text/html; charset=utf-8' } });
  }
}

/** Rooms with two doors: lines over TCP, and a page with a WebSocket. */
export class Chat extends Tonic implements Hears<TcpServer | HttpServer> {
  readonly #rooms = new Rooms();

  constructor(
    private readonly places: readonly Serving[],
    private readonly web?: Serving & { readonly port: number },
  ) {
    super({ name: 'chat' });
  }

  /** Who speaks with each that comes by TCP. */
  protected connection(rooms: Rooms): ChatConnection {
    return new ChatConnection(rooms);
  }

  ttse__onStart(): void {
    for (const place of this.places)
      new TcpServer({ ...place, ...HIGH_WATER, protocol: () => this.connection(this.#rooms) });
    const protocol = (): InstanceType<typeof ChatWebSocket> => new ChatWebSocket(this.#rooms);
    if (this.web !== undefined) new ChatPage({ ...this.web, ...HIGH_WATER, webSockets: { '/chat': protocol } });
  }

  ttse__onListening({ address, port, tonic }: ListenInfo): void {
    this.log.info(
      { port },
      `${tonic instanceof HttpServer ? 'the page of the chat' : 'chat'} on ${address} port ${port}`,
    );
  }
}
