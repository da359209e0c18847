import '../compose.js';

export { HttpServer, type HttpHandler, type HttpServerOptions } from './server/http-server.js';
export { HttpConnection } from './server/http-connection.js';
export { HttpExchange, type ReplyOptions } from './server/exchange.js';
