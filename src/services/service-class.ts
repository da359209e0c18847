import type { TonicClass } from '../core/plan/plan.js';
import type { RestartOptions } from '../core/options/restart-budget.js';

/** A class that is a service, or an abstract class for one. */
export interface ServiceClass extends TonicClass {
  readonly abstractService?: string;
  /** How often the service is restarted after a failure; see `supervise()`. */
  readonly supervision?: RestartOptions | undefined;
}

/** The class of a service in a request of another thread: a class itself cannot be sent. */
export interface ServiceSource {
  /** The module from which the main thread can load it, if the class declares one. */
  readonly module: string | undefined;
  readonly className: string;
  /** Whether it is an abstract class for a service. */
  readonly isAbstract: boolean;
}

/** The class in a request for a service. */
export type AskedClass = ServiceClass | ServiceSource;

/**
 * Whether a service of the class `running` is what was requested: an instance of that class, or of a subclass.
 * `undefined` if the module must be loaded to know: a class has the requested name, but declares another module.
 */
export function isAsked(running: ServiceClass, asked: AskedClass): boolean | undefined {
  if (!('className' in asked))
    return running === asked || running.prototype instanceof (asked as unknown as MakeObject);
  let found: boolean | undefined = false;
  for (let level: unknown = running; typeof level === 'function'; level = Object.getPrototypeOf(level)) {
    const { name, module } = level as { readonly name: string; readonly module?: string };
    if (name !== asked.className) continue;
    if (module === asked.module) return true;
    if (module !== undefined && asked.module !== undefined) found = undefined;
  }
  return found;
}

type MakeObject = new () => object;

/** Its name in an error. */
export function askedName(asked: AskedClass): string {
  return 'className' in asked ? asked.className : asked.name;
}
