import type { Catalyst } from './catalyst.js';

/** What the layers above the core fill in, so that the core need not know them. */
export const ports: {
  /** Makes the main Catalyst of a Formula that does not make its own. */
  makeMainCatalyst: (() => Catalyst<string>) | undefined;
} = { makeMainCatalyst: undefined };
