import '../compose.js';

export { HttpServer, type HttpHandler, type HttpServerOptions } from './server/http-server.js';
export { HttpConnection } from './server/http-connection.js';
export { HttpExchange, type ReplyOptions } from './server/exchange.js';
export { WebSocketConnection, type Message } from './websocket/websocket-connection.js';
export type { WebSocketDisconnectInfo } from './websocket/websocket-line.js';
export type { DeflateOptions, WebSocketPathOptions, WebSocketProtocol } from './websocket/websocket-options.js';
export type { WebSocketPaths } from './websocket/websocket-paths.js';
export { WebSocketRequest } from './websocket/websocket-request.js';
export { StoreConnection } from './store/store-connection.js';
export type { ServedStore, StoreConnectionOptions, StoreRights } from './store/options.js';
