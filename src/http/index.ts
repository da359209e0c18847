import '../compose.js';
import './compose.js';

export { HttpServer } from './server/http-server.js';
export type { HttpHandler, HttpTakeover } from './server/http-server-options.js';
export type { HttpProtocol, HttpServerOptions } from './server/http-protocol.js';
export type { RequestCounts, StatusClass } from './server/request-tally.js';
export { HttpConnection } from './server/http-connection.js';
export { HttpExchange, type BodyOptions, type ExchangeOnError, type FramesOptions } from './server/exchange.js';
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
export { HttpClient, type HttpHears } from './client/http-client.js';
export type { HttpClientOptions, HttpRequestOptions, HttpStreamOptions } from './client/client-options.js';
export { HttpQuestion } from './client/http-question.js';
export { HttpResponse, HttpStreamedResponse } from './client/http-response.js';
export type { HttpHeaderValue, HttpRequest } from './client/prepared-request.js';
export type { HttpQuery, HttpQueryValue } from './client/target.js';
export { WebSocketConnection, type Message } from './websocket/websocket-connection.js';
export type { WebSocketDisconnectInfo } from './websocket/websocket-line.js';
export type { WebSocketPathOptions, WebSocketProtocol } from './websocket/path-options.js';
export type { DeflateOptions } from './websocket/websocket-options.js';
export type { WebSocketPaths } from './websocket/websocket-paths.js';
export { WebSocketRequest } from './websocket/websocket-request.js';
export { StoreConnection } from './store/store-connection.js';
export type { ServedStore, StoreConnectionOptions, StoreRights } from './store/options.js';
export { WebSocketGroup, type GroupCounts, type WebSocketGroupOptions } from './websocket/websocket-group.js';
export { WebSocketClient, type WebSocketClientOptions } from './websocket/websocket-client.js';
