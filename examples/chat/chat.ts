import { readFileSync } from 'node:fs';
import { ConnectionGroups, type ListenInfo } from 'tasktonic';
import { type HttpExchange, HttpServer, overWebSocket } from 'tasktonic/http';
import { Served } from '../shared/served.js';
import type { Serving } from '../shared/serving.js';
import { ChatConnection, type Rooms } from './chat-connection.js';

const ChatWebSocket = overWebSocket(ChatConnection);
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
export class Chat extends Served {
  /** With so much unsent somebody does not keep up. */
  protected override readonly limits = { highWaterMark: 65_536, maxConnections: 1_000 };
  protected readonly rooms: Rooms = {
    members: new ConnectionGroups({ missed: (count) => `* you do not keep up, and have missed ${count}` }),
    nicks: new Set(),
  };

  constructor(
    places: readonly Serving[],
    private readonly web?: Serving & { readonly port: number },
  ) {
    super(places, 'chat', { name: 'chat' });
  }

  /** Who speaks with each that comes by TCP. */
  protected connection(): ChatConnection {
    return new ChatConnection(this.rooms);
  }

  override ttse__onStart(): void {
    super.ttse__onStart();
    const protocol = (): InstanceType<typeof ChatWebSocket> => new ChatWebSocket(this.rooms);
    if (this.web !== undefined) new ChatPage({ ...this.web, ...this.limits, webSockets: { '/chat': protocol } });
  }

  override ttse__onListening({ address, port, tonic }: ListenInfo): void {
    const what = tonic instanceof HttpServer ? 'the page of the chat' : 'chat';
    this.log.info({ port }, `${what} on ${address} port ${port}`);
  }
}
