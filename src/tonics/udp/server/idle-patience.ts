import * as v from 'valibot';
import { ms, parseOptions } from '../../../core/options/option-schema.js';

/** How long nothing may come from a peer. */
export const idlePatience = v.union([ms(1), v.literal(false)], 'must be 1 ms or more, or false');

const setting = v.strictObject({ timeout: idlePatience });

/**
 * Checks what `setIdleTimeout()` is given.
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function checkPatience(timeout: number | false, className: string): void {
  parseOptions(setting, { timeout }, `setIdleTimeout() of ${className}`);
}
