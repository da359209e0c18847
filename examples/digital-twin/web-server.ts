import { readFileSync } from 'node:fs';
import type { ListenInfo, Remote } from 'tasktonic';
import { type HttpExchange, HttpServer, StoreConnection } from 'tasktonic/http';

/** Who hears that the page is there. */
export interface WebOwner {
  ttse__onServing(info: ListenInfo): void;
}

/** What a page sees, and what it may set. */
class Page extends StoreConnection {
  static override readonly serves = {
    read: ['rooms/**', 'rules/limit', 'refused/*'],
    write: ['rooms/*/*/on', 'rules/limit'],
    valueBytes: 100,
  };
}

/** The files that it serves, by their paths: the page, and the client that the page imports. */
const FILES = new Map([
  ['/', { type: 'text/html; charset=utf-8', at: new URL('examples/digital-twin/live-page.html', root()) }],
  ['/store-client.js', { type: 'text/javascript; charset=utf-8', at: import.meta.resolve('tasktonic/store/client') }],
]);

/** Serves the live page, which shows the Store and sets what it may. */
export class WebServer extends HttpServer {
  declare readonly base: Remote<WebOwner>;

  constructor(host: string, port: number) {
    super({ name: 'web', host, port, webSockets: { '/store': Page } });
  }

  override ttse__onListening(info: ListenInfo): void {
    this.base.ttse__onServing(info);
  }

  override ttse__onRequest(exchange: HttpExchange): void {
    const file = FILES.get(exchange.path);
    if (file === undefined) exchange.reply('There is nothing here.\n', { status: 404 });
    else exchange.reply(readFileSync(new URL(file.at)), { headers: { 'Content-Type': file.type } });
  }
}

/** The folder of the package, where the page lies, whether this runs from its source or built. */
function root(): string {
  return import.meta.resolve('tasktonic/package.json');
}
