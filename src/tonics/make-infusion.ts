import type { AnyTonic } from '../core/any-tonic.js';
import { toError } from '../core/errors.js';
import { failureInfo } from '../core/life.js';
import { running } from '../core/running.js';

/** The result if a constructor has thrown. */
export interface MakingFailed {
  readonly error: Error;
  /** The Tonics that were infused before the throw; the caller must finish them. */
  readonly infused: readonly AnyTonic[];
}

/**
 * Makes a Tonic for a peer, in a sparkle of the maker. Where that throws it is logged, and is no failure of the maker.
 *
 * @param sparkle the sparkle that the log names.
 */
export function makeInfusion<T extends AnyTonic>(maker: AnyTonic, sparkle: string, make: () => T): T | MakingFailed {
  const before = running.endChecks?.infused.length ?? 0;
  try {
    return make();
  } catch (thrown) {
    const error = toError(thrown);
    maker._ttScheduler.logs.failure(maker, error, failureInfo(sparkle, maker));
    return { error, infused: running.endChecks?.infused.splice(before) ?? [] };
  }
}
