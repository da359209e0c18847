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
