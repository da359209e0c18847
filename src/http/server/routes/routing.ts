import type { AnyTonic } from '../../../core/any-tonic.js';
import { checkOption } from '../../../core/options/option-schema.js';
import type { SocketTonic } from '../../../tonics/socket-tonic.js';
import type { HttpExchange } from '../exchange.js';
import { HttpError } from '../failure.js';
import { Hearer } from '../hearer.js';
import { Router } from './router.js';
import { type ClassRoutes, type RouteTable, routesOption } from './routes.js';

/** A class that may have `static routes`. */
interface RoutedClass {
  readonly name: string;
  readonly routes?: ClassRoutes;
}

/** The routes of classes, made with the first request that one of them hears. */
const ofClasses = new WeakMap<object, Router<string> | null>();

/** The routes that a class names as its `static routes`; `undefined` where it has none. */
export function classRouter(of: RoutedClass): Router<string> | undefined {
  let router = ofClasses.get(of);
  if (router === undefined) {
    const routes = of.routes && (Object.entries(of.routes) as [string, string][]);
    router = routes === undefined ? null : new Router<string>(routes, of.name);
    ofClasses.set(of, router);
  }
  return router ?? undefined;
}

/** The routes that a server was given: each has a sparkle of the Tonic that made it. */
export function givenRouter(
  routes: RouteTable | undefined,
  base: AnyTonic | undefined,
  of: string,
): Router<Hearer> | undefined {
  if (routes === undefined) return undefined;
  checkOption(routesOption, routes, of, 'routes');
  const entries = Object.entries(routes) as [string, NonNullable<RouteTable[keyof RouteTable]>][];
  return new Router(
    entries.map(([pattern, sparkle]) => [pattern, Hearer.of(sparkle, '"routes"', base)] as const),
    of,
  );
}

/**
 * Has a request heard by the sparkle of its route: one of its connection's class, of its server's, or one that the server was given. Without a route it is the event
 * `onRequest`, unless its path has routes for other methods.
 *
 * @returns whether it is heard or answered: it is not where there are no routes, and nobody hears of requests.
 */
export function hearRequest(
  exchange: HttpExchange,
  connection: SocketTonic<string>,
  server: SocketTonic<string>,
  given: Router<Hearer> | undefined,
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
    found.target.tell(exchange);
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

/** The methods that a path has routes for. */
function allowed(url: string, routers: readonly Router<unknown>[]): string {
  const methods = new Set(routers.flatMap((router) => router.methodsOf(url)));
  return [...methods].sort().join(', ');
}
