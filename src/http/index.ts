import './compose.js';

export { HttpServer } from './server/http-server.js';
export type { HttpHandler, HttpServerOptions, HttpTakeover } from './server/http-server-options.js';
export type { RequestCounts, StatusClass } from './server/request-tally.js';
export { HttpConnection } from './server/http-connection.js';
export { HttpExchange, type ReplyOptions } from './server/exchange.js';
