// The server of HTTP and WebSocket as a user of TaskTonic writes it: each request and each message a sparkle.
import { Formula, SelectorCatalyst, Tonic } from 'tasktonic';
import { HttpServer, WebSocketConnection } from 'tasktonic/http';
import { serveBooks } from './books.mjs';
import { WEB_SOCKETS, page, reply, seen } from './http.mjs';
import { BEGIN_MS, BODY_RATE, LINGER_MS, LONGEST_BODY, REQUEST_MS, STALL_MS } from './limits.mjs';

class Chat extends WebSocketConnection {
  ttse__onMessage(message) {
    this.send(reply(String(message)));
  }

  ttse__onError() {}
}

class Site extends HttpServer {
  ttse__onRequest(exchange) {
    if (exchange.method === 'POST') exchange.readText(this.ttse__onBody, { limit: LONGEST_BODY });
    else exchange.reply(page(exchange.path));
  }

  ttse__onBody(body, exchange) {
    exchange.reply(page(exchange.path, body));
  }
}

class Main extends Tonic {
  ttse__onStart() {
    const { runtime, queue } = SelectorCatalyst.of(this);
    const server = new Site({
      port: 0,
      host: '127.0.0.1',
      headersTimeout: BEGIN_MS,
      requestTimeout: REQUEST_MS,
      bodyRate: BODY_RATE,
      stallTimeout: STALL_MS,
      lingerLimit: LINGER_MS,
      webSockets: { [WEB_SOCKETS]: { protocol: Chat, maxPayload: LONGEST_BODY } },
    });
    this.counts = () => ({
      ...server.counts,
      http: { ...seen, ...server.requests },
      tonics: runtime.ledger.size,
      orders: queue.size,
    });
  }

  ttse__onListening(...args) {
    serveBooks(args.at(-1).port, this.counts);
  }

  ttse__onInfusionFailed() {}

  ttse__onTurnedAway() {}

  ttse__onError() {}
}

class HttpApp extends Formula {
  creatingFormula() {
    return { log: { to: 'off' } };
  }

  creatingStartingTonics() {
    new Main();
  }
}

await HttpApp.run();
