import { sizeOf } from '../values.js';
import type { StoreOps } from '../ops.js';

/** The counted bytes of a step besides its value. */
const STEP = 64;

/** About how many bytes a batch takes. */
export function weightOf(ops: StoreOps): number {
  let weight = 0;
  for (let at = 0; at < ops.length; at += 3) weight += STEP + (ops[at + 1] as string).length + sizeOf(ops[at + 2]);
  return weight;
}
