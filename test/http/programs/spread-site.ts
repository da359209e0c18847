import { setTimeout as later } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import {
  HttpConnection,
  type HttpExchange,
  type Message,
  WebSocketConnection,
  routesOf,
} from '../../../src/http/index.js';

/** Sends each message back, with the thread that it runs in. */
export class SpreadSocket extends WebSocketConnection {
  ttse__onMessage(message: Message): void {
    if (message === 'throw') throw new Error('as asked');
    this.send(`${threadId}:${String(message)}`);
  }
}

/** Answers with sparkles, in whatever thread. */
export class SpreadSite extends HttpConnection {
  static readonly module = import.meta.url;
  static override readonly routes = routesOf<SpreadSite>({
    'GET /users/:id': 'ttse__onUser',
    'GET /slow': 'ttse__onSlow',
    'GET /throw': 'ttse__onThrow',
    'POST /sum': 'ttse__onSum',
  });
  static override readonly webSockets = {
    '/socket': SpreadSocket,
    '/closed': { protocol: SpreadSocket, subprotocols: ['a'], accept: () => 401 },
  };

  override ttse__onRequest(exchange: HttpExchange): void {
    exchange.reply(`${threadId}:${exchange.path}`);
  }
  ttse__onUser(exchange: HttpExchange<'id'>): void {
    exchange.json({ thread: threadId, id: exchange.params.id });
  }
  ttse__onSlow(exchange: HttpExchange): void {
    this.pipe(later(100, 'at last'), exchange.as(String));
  }
  ttse__onThrow(): void {
    throw new Error('as asked');
  }
  ttse__onSum(exchange: HttpExchange): void {
    exchange.readJson<number[]>(this.ttse__onNumbers);
  }
  ttse__onNumbers(numbers: number[], exchange: HttpExchange): void {
    exchange.json(numbers.reduce((sum, n) => sum + n, 0));
  }
}
