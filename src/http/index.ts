import '../compose.js';

export { HttpServer, type HttpHandler, type HttpServerOptions } from './server/http-server.js';
export { HttpConnection } from './server/http-connection.js';
export { HttpExchange } from './server/exchange.js';
export { HttpError } from './server/failure.js';
export type { ReplyOptions, StreamBody } from './server/answer.js';
export type { BodyOptions, FramesOptions } from './server/body/read-body.js';
export {
  routesOf,
  type ClassRoutes,
  type RouteKey,
  type RouteMethod,
  type RoutePattern,
  type RouteSparkle,
  type RouteTable,
} from './server/routes/routes.js';
export { EventStream } from './events/event-stream.js';
export { EventStreams } from './events/event-streams.js';
export type { EventStreamOptions } from './events/event-options.js';
export type { ServerEvent } from './events/event-bytes.js';
