import type { StoreOps, Tree, TreeOptions } from '../../doors/store.js';

export const LIMITS: TreeOptions = {
  paths: 1_000_000,
  depth: 64,
  pathLength: 1_024,
  subscriptions: 1_000,
  valueBytes: 1_000_000,
  onError: (error) => {
    throw error;
  },
};

/** All that is in a tree, as steps, in the order of paths. */
export function all(of: Tree): StoreOps {
  return stepsIn([...of.contents('', 5)].flat());
}

/** Steps in the order of their paths. */
export function stepsIn(ops: StoreOps): StoreOps {
  const steps = Array.from({ length: ops.length / 3 }, (_, at) => ops.slice(at * 3, at * 3 + 3));
  return steps.sort(([, a], [, b]) => ((a as string) < (b as string) ? -1 : 1)).flat();
}
