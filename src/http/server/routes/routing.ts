import type { AnyTonic } from '../../../core/any-tonic.js';
import type { HttpExchange } from '../exchange.js';
import { Hearer } from '../hearer.js';
import { Router } from './router.js';
import type { ClassRoutes, RouteTable } from './routes.js';

/** The routes of classes, made with the first request that one of them hears. */
const ofClasses = new WeakMap<object, Router<string> | null>();

/** The routes that a class names as its `static routes`; `undefined` where it has none. */
export function classRouter(of: { readonly name: string; readonly routes?: ClassRoutes }): Router<string> | undefined {
  let router = ofClasses.get(of);
  if (router === undefined) {
    const routes = of.routes && (Object.entries(of.routes) as [string, string][]);
    router = routes === undefined ? null : new Router<string>(routes, of.name);
    ofClasses.set(of, router);
  }
  return router ?? undefined;
}

/** The routes that a server was given: each has a sparkle of the Tonic that made it. */
export function givenRouter(routes: RouteTable, base: AnyTonic | undefined, of: string): Router<Hearer> {
  const entries = Object.entries(routes) as [string, NonNullable<RouteTable[keyof RouteTable]>][];
  return new Router(
    entries.map(([pattern, sparkle]) => [pattern, Hearer.of(sparkle, '"routes"', base)] as const),
    of,
  );
}

/**
 * Has the sparkle of its route hear an exchange.
 * @returns whether there is one.
 */
export function routed(exchange: HttpExchange, router: Router<string> | undefined, tonic: AnyTonic): boolean {
  const found = router?.find(exchange.method, exchange.url);
  if (found === undefined) return false;
  exchange._ttRouted(found.params);
  const { _ttPlan: plan } = tonic;
  plan.dispatcher(plan.sparkle(found.target)).call(tonic, exchange);
  return true;
}
