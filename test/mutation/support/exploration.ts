import type { DistillerBody, ExploreOptions } from '../../../src/testing/index.js';

/** What `explore()` is given, but for how often and from which seed on. */
export interface Exploration {
  readonly options: Omit<ExploreOptions, 'runs' | 'seed'>;
  readonly body: DistillerBody;
}
