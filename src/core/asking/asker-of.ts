import type { AnyTonic } from '../any-tonic.js';
import { fail } from '../errors.js';
import { isBound } from '../plan/bound-sparkle.js';
import { running } from '../running.js';

/**
 * Who asks another Tonic by one of its methods: the Tonic whose sparkle runs, or where none does the one that the sparkle is bound to.
 *
 * @param what is called, for the error.
 * @throws {TaskTonicError} `TT_NOT_RUNNING`
 */
export function askerOf(onAnswer: unknown, what: string): AnyTonic {
  const { tonic } = running;
  if (tonic !== undefined) return tonic;
  if (isBound(onAnswer)) return onAnswer.tonic;
  throw fail('TT_NOT_RUNNING', { what, tonic: 'the Tonic that asks' });
}
