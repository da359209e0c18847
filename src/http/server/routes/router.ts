import { createRequire } from 'node:module';
import { fail } from '../../../core/errors.js';
import { badOption, told } from '../../../core/options/option-problem.js';

/** The used part of find-my-way. */
interface FindMyWay {
  on(method: string, path: string, handler: () => void, store: unknown): void;
  find(method: string, path: string): { readonly store: unknown; readonly params: Params } | null;
}
type Params = Readonly<Record<string, string>>;
type Make = (options: object) => FindMyWay;

/** A longer parameter in a path matches no route. */
const LONGEST_PARAM = 1_000;

/** The result of a search. */
export interface Found<Target> {
  readonly target: Target;
  readonly params: Params;
}

/** Finds the target for a request, by find-my-way. */
export class Router<Target> {
  readonly #router: FindMyWay;
  readonly #methods = new Set<string>();

  /**
   * @param of the owner of the routes, for errors.
   * @throws {TaskTonicError} `TT_NEEDS_PACKAGE`, `TT_BAD_OPTION`
   */
  constructor(routes: readonly (readonly [pattern: string, target: Target])[], of: string) {
    this.#router = loadRouter()({ maxParamLength: LONGEST_PARAM });
    for (const [pattern, target] of routes) this.#add(pattern, target, of);
  }

  #add(pattern: string, target: Target, of: string): void {
    const [, method, path] = /^([A-Z]+) (\/\S*)$/.exec(pattern) ?? [];
    if (method === undefined || path === undefined)
      throw badOption(of, 'routes', `${told(pattern, 'routes')} must be a method and a path, such as 'GET /users/:id'`);
    try {
      this.#router.on(method, path, () => {}, target);
    } catch (thrown) {
      throw badOption(of, 'routes', `${told(pattern, 'routes')} is refused (${(thrown as Error).message})`);
    }
    this.#methods.add(method);
  }

  /** The route of a request. A route for GET also serves HEAD. */
  find(method: string, url: string): Found<Target> | undefined {
    return this.#find(method, url) ?? (method === 'HEAD' ? this.#find('GET', url) : undefined);
  }

  #find(method: string, url: string): Found<Target> | undefined {
    const found = this.#router.find(method, url);
    // A path that cannot be decoded is found without a store.
    return found === null || found.store === null ? undefined : { target: found.store as Target, params: found.params };
  }

  /** The methods for which a path has routes. */
  methodsOf(url: string): string[] {
    const methods = [...this.#methods].filter((method) => this.#find(method, url) !== undefined);
    return methods.includes('GET') && !methods.includes('HEAD') ? [...methods, 'HEAD'] : methods;
  }
}

/**
 * Loads find-my-way, only when there are routes.
 *
 * @param here the module from which the package is resolved.
 * @throws {TaskTonicError} `TT_NEEDS_PACKAGE`
 */
export function loadRouter(here: string = import.meta.url): Make {
  try {
    return createRequire(here)('find-my-way') as Make;
  } catch (thrown) {
    throw fail('TT_NEEDS_PACKAGE', { what: '"routes" of an HttpServer', package: 'find-my-way' }, thrown);
  }
}
