import type { LogEntry } from './app.js';
import type { ContractDetails } from './contract.js';
import { faultsText } from './faults.js';
import { shortNames } from './short-list.js';
import { entryOf } from './trace.js';
import { type TraceFilter, filterOf } from './trace-filter.js';
import { timeText, traceTable } from './trace-table.js';
import type { Simulator } from './simulator.js';

/** Of trace and log so many are shown after a failure: the last. */
const TAIL = 40;
const LEVELS: Readonly<Record<number, string>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};

/** The seed, the time and the trace of a world, or of that what is asked for, as a table. */
export function tableOf(world: Simulator, which?: TraceFilter): string {
  const entries = Array.from(world.recording.ring, entryOf);
  const shown = entries.filter(filterOf(which));
  const head = shown.length === entries.length ? headOf(world) : `${headOf(world)}, ${shown.length} shown`;
  return `${head}\n${traceTable(shown)}`;
}

/** What is worth reading of a world after a failure: the seed, the faults, the contract that was not met, the end of the trace and of the log. */
export function reportOf(world: Simulator, log: readonly LogEntry[]): string {
  const faults = world.faults.injected;
  const parts = [headOf(world)];
  if (faults.length > 0) parts.push(`faults: ${faultsText(faults)}`);
  const { contract } = world.recording;
  if (contract?.met === false) parts.push(contractText(contract));
  parts.push(traceTable([...world.recording.ring].slice(-TAIL).map(entryOf)));
  if (log.length > 0) parts.push('log:', ...logLines(log).slice(-TAIL));
  return parts.join('\n');
}

/** Who has not done what was expected. */
function contractText({ matches, needed, tonics }: ContractDetails): string {
  const missing = Object.keys(tonics).filter((name) => !tonics[name]!.matched);
  return `contract: ${matches} of ${needed} matched, and not ${shortNames(missing)}`;
}

function headOf({ seed, clock, recording: { count, ring } }: Simulator): string {
  const dropped = ring.dropped > 0 ? ` (${ring.dropped} are not kept)` : '';
  return `seed ${seed}, time ${timeText(clock.now())}, ${count} sparkles${dropped}`;
}

/** Lines that follow each other and differ in numbers only, such as ids and ports, are told once. */
function logLines(log: readonly LogEntry[]): string[] {
  const lines: { readonly text: string; readonly kind: string; more: number }[] = [];
  for (const entry of log) {
    const text = logText(entry);
    const kind = text.replace(/\d+/g, '0');
    const last = lines.at(-1);
    if (last?.kind === kind) last.more++;
    else lines.push({ text, kind, more: 0 });
  }
  return lines.map(({ text, more }) => (more === 0 ? text : `${text} (and ${more} more like it)`));
}

function logText({ level, msg, tonic, state, sparkle }: LogEntry): string {
  const where = [tonic, state === undefined ? undefined : `[${state}]`, sparkle].filter((part) => part !== undefined);
  return `  ${LEVELS[level] ?? level} ${where.join(' ')}: ${msg}`;
}
