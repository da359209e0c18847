import type { LogEntry } from './app.js';
import { faultText } from './faults.js';
import { entryOf } from './trace.js';
import { timeText, traceTable } from './trace-table.js';
import type { World } from './world.js';

/** Of trace, log and faults so many are shown after a failure: the last. */
const TAIL = 40;
const LEVELS: Readonly<Record<number, string>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};

/** The seed, the time and the trace of a world, as a table. */
export function tableOf(world: World): string {
  return `${headOf(world)}\n${traceTable(Array.from(world.tape.ring, entryOf))}`;
}

/** What is worth reading of a world after a failure: the seed, the faults, the end of the trace and of the log. */
export function reportOf(world: World, log: readonly LogEntry[]): string {
  const faults = world.faults.injected.slice(-TAIL);
  const parts = [headOf(world)];
  if (faults.length > 0) parts.push(`faults: ${faults.map(faultText).join(', ')}`);
  parts.push(traceTable([...world.tape.ring].slice(-TAIL).map(entryOf)));
  if (log.length > 0) parts.push('log:', ...log.slice(-TAIL).map(logText));
  return parts.join('\n');
}

function headOf({ seed, clock, tape: { count, ring } }: World): string {
  const dropped = ring.dropped > 0 ? ` (${ring.dropped} are not kept)` : '';
  return `seed ${seed}, time ${timeText(clock.now())}, ${count} sparkles${dropped}`;
}

function logText({ level, msg, tonic, state, sparkle }: LogEntry): string {
  const where = [tonic, state === undefined ? undefined : `[${state}]`, sparkle].filter((part) => part !== undefined);
  return `  ${LEVELS[level] ?? level} ${where.join(' ')}: ${msg}`;
}
