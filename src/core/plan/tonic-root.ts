import { Plan, type TonicClass } from './plan.js';

/**
 * The base class of {@link Tonic}. Its constructor returns an object whose prototype is the layer of dispatchers.
 *
 * It is a class of its own, because a class whose constructor returns another object loses its fields; the fields of
 * subclasses are added to the returned object.
 */
export class TonicRoot {
  /** @internal Set on the layer, once for the class. */
  declare readonly _ttPlan: Plan;

  constructor() {
    return new (Plan.of(new.target as TonicClass).layer)() as TonicRoot;
  }
}
