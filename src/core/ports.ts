import type { Catalyst } from './catalyst.js';

/** What the layers above the core fill in, so that the core need not know them. */
export const ports: {
  /** Makes the main Catalyst of a Formula that does not make its own. */
  makeMainCatalyst: (() => Catalyst<string>) | undefined;
  /** The Tonics that a configuration may name. */
  tonicStore: TonicMaker | undefined;
} = { makeMainCatalyst: undefined, tonicStore: undefined };

/** Makes Tonics by name. */
export interface TonicMaker {
  make(name: string, options: never): unknown;
}
