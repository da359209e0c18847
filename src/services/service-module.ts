import { fail } from '../core/errors.js';
import { loadModule } from '../core/load-module.js';
import { ownModules } from '../core/own-module.js';
import { exportedClass } from './exported-class.js';
import type { ServiceClass } from './service-class.js';
import type { Due, TimerQueue } from '../core/time/timer-queue.js';

/** What loading a module needs of the app. */
export interface ServiceModuleHost {
  readonly clock: { now(): number };
  readonly timers: TimerQueue;
  held<T>(something: Promise<T>): Promise<T>;
}

/**
 * How long a module may take to load, in ms. A module that awaits `run()` at its top level does not finish loading
 * while the app runs.
 */
const LOAD_TIME = 10_000;

/**
 * Loads the class of a service. Node loads each module once.
 * @throws {TaskTonicError} rejects with `TT_NOT_IN_MODULE`, `TT_SERVICE_NOT_LOADED`, and what the module throws.
 */
export async function loadService(module: string, className: string, app: ServiceModuleHost): Promise<ServiceClass> {
  return new Promise((resolve, reject) => {
    const late: Due = {
      at: app.clock.now() + LOAD_TIME,
      slot: -1,
      fire: () => reject(fail('TT_SERVICE_NOT_LOADED', { class: className, module, ms: LOAD_TIME })),
    };
    app.timers.add(late);
    const own = ownModules.get(module);
    app
      .held(own === undefined ? loadModule(module) : Promise.resolve(own))
      .finally(() => app.timers.remove(late))
      .then((exports) => resolve(exportedClass(exports, className, module, isServiceClass) as ServiceClass))
      .catch(reject);
  });
}

function isServiceClass(found: object): boolean {
  return 'service' in found || 'abstractService' in found;
}
