import '../compose.js';

export { HttpServer, type HttpHandler, type HttpServerOptions } from './server/http-server.js';
export { HttpConnection } from './server/http-connection.js';
export { HttpExchange, type ReplyOptions } from './server/exchange.js';
export { HttpClient } from './client/http-client.js';
export type { HttpClientOptions, HttpRequestOptions, HttpStreamOptions } from './client/client-options.js';
export { HttpQuestion } from './client/http-question.js';
export { HttpResponse, HttpStreamedResponse } from './client/http-response.js';
export type { HttpHeaderValue, HttpRequest } from './client/prepared-request.js';
export type { HttpQuery, HttpQueryValue } from './client/target.js';
export { WebSocketConnection, type Message } from './websocket/websocket-connection.js';
export type { WebSocketDisconnectInfo } from './websocket/websocket-line.js';
export type { DeflateOptions, WebSocketPathOptions, WebSocketProtocol } from './websocket/websocket-options.js';
export type { WebSocketPaths } from './websocket/websocket-paths.js';
export { WebSocketRequest } from './websocket/websocket-request.js';
