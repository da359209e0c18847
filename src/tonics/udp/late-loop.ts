/** With more than this, in ms, the loop was late: what came meanwhile may still lie in the kernel. */
const LATE = 50;
/** It is given as long as the loop was late to be read, and so long at most. */
const LONGEST = 1_000;

/** How long what came meanwhile may take to be read, in ms, where a timer has fired so late; 0 where it was in time. */
export function graceFor(late: number): number {
  return late > LATE ? Math.min(late, LONGEST) : 0;
}
