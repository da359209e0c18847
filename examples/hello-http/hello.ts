import { type Message, type HttpExchange, HttpServer, WebSocketConnection } from 'tasktonic/http';

/** Sends each message back. */
class EchoSocket extends WebSocketConnection {
  ttse__onMessage(message: Message): void {
    this.send(message);
  }
}

/** Where its WebSockets are. */
export const WEB_SOCKETS = { '/ws': EchoSocket };

/** How many lines `/stream` has. */
export const LINES = 1_000;

/** Says hello, with sparkles. */
export class Hello extends HttpServer {
  ttse__onRequest(exchange: HttpExchange): void {
    switch (exchange.path) {
      case '/':
        return exchange.reply('hello');
      case '/json':
        return exchange.json({ hello: exchange.query.get('name') ?? 'world' });
      case '/stream':
        return exchange.reply(lines(), { type: 'text/plain' });
      default:
        return exchange.reply('there is nothing here\n', { status: 404 });
    }
  }
}

/** The body of `/stream`, a line at a time. */
export function* eachLine(): Generator<string> {
  for (let n = 1; n <= LINES; n++) yield `line ${n}\n`;
}

async function* lines(): AsyncGenerator<string> {
  yield* eachLine();
}
