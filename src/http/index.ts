import '../compose.js';

export { HttpServer, type HttpHandler, type HttpServerOptions } from './server/http-server.js';
export { HttpConnection } from './server/http-connection.js';
export { HttpExchange, type BodyOptions, type FramesOptions } from './server/exchange.js';
export { HttpError } from './server/failure.js';
export type { ReplyOptions, StreamBody } from './server/answer.js';
export {
  routesOf,
  type ClassRoutes,
  type RouteKey,
  type RouteMethod,
  type RoutePattern,
  type RouteSparkle,
  type RouteTable,
} from './server/routes/routes.js';
export { EventStream, type EventStreamOptions } from './events/event-stream.js';
export { EventStreams } from './events/event-streams.js';
export type { ServerEvent } from './events/event-bytes.js';
export { WebSocketConnection, type Message } from './websocket/websocket-connection.js';
export type { WebSocketDisconnectInfo } from './websocket/websocket-line.js';
export type { DeflateOptions, WebSocketPathOptions, WebSocketProtocol } from './websocket/websocket-options.js';
export type { WebSocketPaths } from './websocket/websocket-paths.js';
export { WebSocketRequest } from './websocket/websocket-request.js';
