import * as v from 'valibot';
import type { HttpExchange } from '../exchange.js';

/** The methods that a route may have. */
export type RouteMethod =
  | 'GET'
  | 'HEAD'
  | 'POST'
  | 'PUT'
  | 'PATCH'
  | 'DELETE'
  | 'OPTIONS'
  | 'PROPFIND'
  | 'PROPPATCH'
  | 'MKCOL'
  | 'COPY'
  | 'MOVE'
  | 'LOCK'
  | 'UNLOCK'
  | 'REPORT'
  | 'SEARCH';

/** A method and a path, as find-my-way has it: `'GET /users/:id'`. */
export type RoutePattern = `${RouteMethod} /${string}`;

/** A sparkle that handles the exchanges of a route. */
export type RouteSparkle = { heard(exchange: HttpExchange): void }['heard'];

/** The routes of an HttpServer, as its option `routes`: each with a sparkle of the Tonic that makes it. */
export type RouteTable = { readonly [Pattern in RoutePattern]?: RouteSparkle };

export const routesOption = v.custom<RouteTable>(
  (value) => typeof value === 'object' && value !== null,
  'must be an object of sparkles, by patterns such as "GET /users/:id"',
);

/** The sparkles of a class that hear an exchange. */
export type RouteKey<T> = {
  [K in keyof T]-?: K extends `tts${string}__${string}`
    ? NonNullable<T[K]> extends (...args: infer A) => unknown
      ? A extends readonly [HttpExchange?]
        ? K
        : never
      : never
    : never;
}[keyof T];

/** The routes of a class, as its `static routes`: made by {@link routesOf}. */
export type ClassRoutes = Readonly<Partial<Record<RoutePattern, string>>>;

/**
 * The routes of a class that extends HttpServer or HttpConnection, by the names of its sparkles:
 *
 * ```ts
 * static readonly routes = routesOf<Api>({ 'GET /users/:id': 'ttse__onUser' });
 * ```
 */
export function routesOf<T>(routes: { readonly [Pattern in RoutePattern]?: RouteKey<T> }): ClassRoutes {
  return routes as ClassRoutes;
}
