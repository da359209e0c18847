import type { AnyTonic } from '../../../core/any-tonic.js';
import { checkOption } from '../../../core/options/option-schema.js';
import type { SocketTonic } from '../../../tonics/socket-tonic.js';
import type { HttpExchange } from '../exchange.js';
import { HttpError } from '../failure.js';
import { ExchangeSparkle } from '../exchange-sparkle.js';
import { Router } from './router.js';
import { type ClassRoutes, type RouteTable, routesOption } from './routes.js';

/** A class that may have `static routes`. */
interface RoutedClass {
  readonly name: string;
  readonly routes?: ClassRoutes;
}

/** The routers of classes, each made at the first request. */
const ofClasses = new WeakMap<object, Router<string> | null>();

/** The router for the `static routes` of a class; `undefined` if it has none. */
export function classRouter(of: RoutedClass): Router<string> | undefined {
  let router = ofClasses.get(of);
  if (router === undefined) {
    const routes = of.routes && (Object.entries(of.routes) as [string, string][]);
    router = routes === undefined ? null : new Router<string>(routes, of.name);
    ofClasses.set(of, router);
  }
  return router ?? undefined;
}

/** The router for the routes of a server's options. Each sparkle belongs to the Tonic that made the server. */
export function givenRouter(
  routes: RouteTable | undefined,
  base: AnyTonic | undefined,
  of: string,
): Router<ExchangeSparkle> | undefined {
  if (routes === undefined) return undefined;
  checkOption(routesOption, routes, of, 'routes');
  const entries = Object.entries(routes) as [string, NonNullable<RouteTable[keyof RouteTable]>][];
  return new Router(
    entries.map(([pattern, sparkle]) => [pattern, ExchangeSparkle.of(sparkle, '"routes"', base)] as const),
    of,
  );
}

/**
 * Passes a request to the sparkle of its route: in the class of its connection, in the class of its server, or in the
 * server's options. Without a route the event `onRequest` is called, unless the path has routes for other methods.
 *
 * @returns false if there are no routes and nobody handles `onRequest`.
 */
export function hearRequest(
  exchange: HttpExchange,
  connection: SocketTonic<string>,
  server: SocketTonic<string>,
  given: Router<ExchangeSparkle> | undefined,
): boolean {
  const ofConnection = classRouter(connection.constructor as RoutedClass);
  const ofServer = classRouter(server.constructor as RoutedClass);
  const hears = connection._ttPlan.has('ttse__onRequest') ? connection : server;
  if (ofConnection === undefined && ofServer === undefined && given === undefined)
    return hears._ttEmit('ttse__onRequest', exchange);
  if (routed(exchange, ofConnection, connection) || routed(exchange, ofServer, server)) return true;
  const found = given?.find(exchange.method, exchange.url);
  if (found !== undefined) {
    exchange._ttRouted(found.params);
    found.target.call(exchange);
    return true;
  }
  const routers = [ofConnection, ofServer, given].filter((router) => router !== undefined);
  const allow = allowed(exchange.url, routers);
  const isHeard = (allow === '' || exchange.method === 'OPTIONS') && hears._ttEmit('ttse__onRequest', exchange);
  if (isHeard) return true;
  exchange.fail(allow === '' ? new HttpError(404) : new HttpError(405, undefined, { headers: { Allow: allow } }));
  return true;
}

function routed(exchange: HttpExchange, router: Router<string> | undefined, tonic: AnyTonic): boolean {
  const found = router?.find(exchange.method, exchange.url);
  if (found === undefined) return false;
  const { _ttPlan: plan } = tonic;
  exchange._ttRouted(found.params);
  plan.dispatcher(plan.sparkle(found.target)).call(tonic, exchange);
  return true;
}

/** The methods for which a path has routes. */
function allowed(url: string, routers: readonly Router<unknown>[]): string {
  const methods = new Set(routers.flatMap((router) => router.methodsOf(url)));
  return [...methods].sort().join(', ');
}
