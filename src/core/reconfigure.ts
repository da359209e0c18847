import type { AnyTonic } from './any-tonic.js';
import type { ChangedValue, Configuration, ConfigurationChange } from './configuration.js';
import type { LogRule, LogService } from './log-port.js';
import { plainData } from './options/data-tree.js';
import { type LogMode, LogLevel } from './log-level.js';

const EVENT = 'ttse__onConfigurationChanged';

/** The parts of an app that are needed here. */
interface Reconfigured {
  config: Configuration;
  readonly log: LogService;
  readonly ledger: Iterable<AnyTonic>;
}

/** Changes values of the configuration, in this thread and in those that it has started. */
export function reconfigure(runtime: Reconfigured, changes: readonly ChangedValue[]): void {
  const mode = runtime.config.get('log/default') as LogMode | undefined;
  runtime.config = runtime.config.changed(changes);
  followLog(runtime, mode, changes);
  const change: ConfigurationChange = { paths: changes.map(({ path }) => path.join('/')) };
  const crossing = changes.map(({ value, ...where }) => ({ ...where, value: plainData(value) }));
  for (const tonic of runtime.ledger) {
    // A Catalyst in a thread of its own: it informs the Tonics there.
    if (tonic._ttFace !== tonic) tonic._ttFace._ttss__configuration(crossing);
    else if (tonic._ttPlan.has(EVENT)) tonic._ttss__tell(EVENT, change);
  }
}

/** Tonics that have the default log mode get the new default. */
function followLog({ log, ledger }: Reconfigured, before: LogMode | undefined, changes: readonly ChangedValue[]): void {
  for (const { path, value } of changes) {
    const [section, name, more] = path;
    if (section !== 'log' || name === undefined || more !== undefined || value === undefined) continue;
    if (name !== 'default') log.setRule(name as LogRule, value as never);
    else if (before !== undefined) {
      const [from, to] = [LogLevel[before], LogLevel[value as LogMode]];
      if (log.level === from) log.setRule('default', value as LogMode);
      for (const tonic of ledger) if (tonic._ttBase === undefined) followMode(tonic, from, to);
    }
  }
}

function followMode(tonic: AnyTonic, from: number, to: number): void {
  if (tonic._ttLogLevel !== from) return;
  tonic._ttLogLevel = to;
  for (const infusion of tonic.infusions) followMode(infusion, from, to);
}
