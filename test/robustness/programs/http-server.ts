import '../../../src/compose.js';
// Answers requests in several ways, and echoes what comes over WebSockets; tells at its end what it has read.
// Its argument is JSON: the options of the server beside its place, and who hears the requests.
import { setTimeout as later } from 'node:timers/promises';
import { Formula, type FormulaData, type ListenInfo, Tonic } from 'tasktonic';
import {
  HttpConnection,
  type HttpExchange,
  HttpServer,
  type HttpServerOptions,
  type Message,
  WebSocketConnection,
} from 'tasktonic/http';
import { tell } from './control.js';

const { heardBy = 'server', ...options } = JSON.parse(process.argv[2] ?? '{}') as Pick<HttpServerOptions, 'tls'> & {
  readonly heardBy?: 'server' | 'base';
};
/** What was asked for by the heads that were read. */
const heads: string[] = [];
/** What was heard over WebSockets. */
const messages: string[] = [];

/** 40 pieces of 5,000 bytes, one after the other. */
async function* pieces(): AsyncGenerator<string> {
  for (let piece = 0; piece < 40; piece++) {
    await later(5);
    yield String(piece % 10).repeat(5_000);
  }
}

/** The ports of the peers whose last request had no part of its answer yet when the end began: that answer can say that it is the last one. */
const owed: number[] = [];

class Session extends HttpConnection {
  last: HttpExchange | undefined = undefined;

  ttse__onDraining(): void {
    const { last } = this;
    if (last?.open === true) owed.push(this.remote!.port);
    if (last?.path.startsWith('/late/') === true) setTimeout(() => last.reply(last.url), 50);
    this.drained();
  }
}

/** Answers in the way that the path says, in a sparkle of that Tonic. */
function answer(hearer: Site | Main, exchange: HttpExchange): void {
  heads.push(exchange.url);
  (exchange.connection as Session).last = exchange;
  const way = exchange.path.split('/', 2)[1];
  if (way === 'slow') hearer.promises(later(30, exchange.url), exchange);
  else if (way === 'stream') exchange.reply(pieces());
  else if (way === 'body') hearer.reads(exchange);
  else if (way !== 'late') exchange.reply(exchange.url);
}

function answerBody(body: Buffer, exchange: HttpExchange): void {
  exchange.reply(`${body.length} bytes`);
}

class Site extends HttpServer {
  ttse__onBody(body: Buffer, exchange: HttpExchange): void {
    answerBody(body, exchange);
  }
  promises(url: Promise<string>, exchange: HttpExchange): void {
    this.pipe(url, exchange.as(String));
  }
  reads(exchange: HttpExchange): void {
    exchange.readBody(this.ttse__onBody);
  }
}

class HearingSite extends Site {
  override ttse__onRequest(exchange: HttpExchange): void {
    answer(this, exchange);
  }
}

class Echo extends WebSocketConnection {
  ttse__onMessage(message: Message): void {
    messages.push(String(message));
    this.send(message);
  }
}

let site: Site;

class Main extends Tonic {
  ttse__onStart(): void {
    const place = { port: 0, host: '127.0.0.1', protocol: Session, webSockets: { '/echo': Echo } };
    site = new (heardBy === 'server' ? HearingSite : Site)({
      name: 'site',
      ...place,
      drainTimeout: 10_000,
      ...options,
    });
  }
  ttse__onListening({ port }: ListenInfo): void {
    tell('listening', { port });
  }
  ttse__onRequest(_site: HttpServer, exchange: HttpExchange): void {
    answer(this, exchange);
  }
  ttse__onBody(body: Buffer, exchange: HttpExchange): void {
    answerBody(body, exchange);
  }
  promises(url: Promise<string>, exchange: HttpExchange): void {
    this.pipe(url, exchange.as(String));
  }
  reads(exchange: HttpExchange): void {
    exchange.readBody(this.ttse__onBody);
  }
}

class App extends Formula {
  protected override creatingFormula(): FormulaData {
    return { log: { to: 'json' }, shutdown: { grace: 15_000 } };
  }
  protected creatingStartingTonics(): void {
    new Main({ name: 'main', drainTimeout: 12_000 });
  }
}

process.channel?.unref();
const { exitCode, signal } = await App.run();
tell('ended', { heads, owed, messages, requests: site!.requests, exitCode, signal });
