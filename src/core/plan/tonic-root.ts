import { Plan, type TonicClass } from './plan.js';

/**
 * The class below {@link Tonic}: it makes an instance on its class's layer of dispatchers.
 *
 * It stands apart because fields of the very class whose constructor returns another object would be lost; those of
 * the classes above it are put on what it returns.
 */
export class TonicRoot {
  /** @internal On the layer, one for the class. */
  declare readonly _ttPlan: Plan;

  constructor() {
    return new (Plan.of(new.target as TonicClass).layer)() as TonicRoot;
  }
}
