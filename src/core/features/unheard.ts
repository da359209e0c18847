import type { AnyTonic, UnheardCommand } from '../any-tonic.js';
import { failUnheard } from '../asking/answer.js';
import type { Sparkle, SparkleBody } from '../plan/plan.js';
import { running } from '../running.js';

type Hears = (this: AnyTonic, command: UnheardCommand) => unknown;

/**
 * What runs for a command that has no method in the state of its Tonic: `ttse__onUnheard` of that state, which is told of
 * it; `undefined` where there is none. The order stays that of the command, so that it can be postponed.
 */
export function unheardBody(tonic: AnyTonic, { key, prefix, name }: Sparkle): SparkleBody | undefined {
  const { unheard } = tonic._ttPlan;
  if (unheard === undefined || prefix !== 'ttsc') return undefined;
  const hears = tonic._ttTable[unheard.index] as Hears | undefined;
  if (hears === undefined) return undefined;
  return function (...args: unknown[]): unknown {
    const result = hears.call(tonic, { name, key, args });
    // A question that came with it has no answer now, unless it was answered there or comes again.
    if (tonic._ttExtras?.postponed?.keepsNext !== true) failUnheard(running.order!);
    return result;
  } as SparkleBody;
}
