// The line server as a user of TaskTonic writes it: default options, each line a sparkle. Over TLS (--tls) it has shorter times.
import { Formula, SelectorCatalyst, TcpConnection, TcpServer, Tonic } from 'tasktonic';
import { books, ended, serveBooks } from './books.mjs';
import { BEGIN_MS, LINGER_MS, STALL_MS } from './limits.mjs';
import { Lines, UNKNOWN, answer, kindOf } from './lines.mjs';
import { certificate, isSecure } from './tls.mjs';

class LineConnection extends TcpConnection {
  #lines = new Lines();
  #kind = UNKNOWN;

  ttse__onConnected() {
    books.connected++;
  }

  ttse__onData(data) {
    for (const line of this.#lines.push(data)) this.ttsc__line(line);
    if (this.#lines.tooLong) this.ttsc__abort();
  }

  ttsc__line(line) {
    this.send(answer(line));
    this.#kind = kindOf(line);
  }

  ttse__onError() {}

  ttse__onDisconnected({ reason }) {
    ended(this.#kind, reason);
  }
}

const tls = isSecure && {
  tls: certificate(),
  handshakeTimeout: BEGIN_MS,
  stallTimeout: STALL_MS,
  lingerLimit: LINGER_MS,
};

class Main extends Tonic {
  ttse__onStart() {
    const { runtime, queue } = SelectorCatalyst.of(this);
    const server = new TcpServer({ port: 0, host: '127.0.0.1', protocol: LineConnection, ...tls });
    this.counts = () => ({ ...server.counts, tonics: runtime.ledger.size, orders: queue.size });
  }

  ttse__onListening(...args) {
    serveBooks(args.at(-1).port, this.counts);
  }

  ttse__onInfusionFailed() {}

  ttse__onTurnedAway() {}
}

class LineApp extends Formula {
  creatingFormula() {
    return { log: { to: 'off' } };
  }

  creatingStartingTonics() {
    new Main();
  }
}

await LineApp.run();
