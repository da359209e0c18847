import type { TonicClass } from '../core/plan/plan.js';
import type { RestartOptions } from '../core/options/restart-budget.js';

/** A class that is a service, or stands for one that others are. */
export interface ServiceClass extends TonicClass {
  readonly abstractService?: string;
  /** How often it is started again when it fails; see `supervise()`. */
  readonly supervision?: RestartOptions | undefined;
}

/** A service's class as another thread asks for it: a class itself cannot cross. */
export interface ServiceSource {
  /** Where the main thread finds it, as far as the class says so. */
  readonly module: string | undefined;
  readonly className: string;
  /** It only stands for the service. */
  readonly isAbstract: boolean;
}

/** The class by which somebody asks for a service. */
export type AskedClass = ServiceClass | ServiceSource;

/**
 * Whether a service that is an instance of `running` is what was asked for: of that class, or of one that extends it. `undefined` where
 * only loading the module can tell: a class has the name that was asked for, and says that it is found somewhere else.
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

/** What it is called in an error. */
export function askedName(asked: AskedClass): string {
  return 'className' in asked ? asked.className : asked.name;
}
