import type { AppConfiguration } from '../config/app-configuration.js';
import { type ConfigurationProblem, oneLine } from '../config/configuration-problems.js';
import { type Reload, reloaded } from '../config/configuration-reload.js';
import type { FormulaData } from '../config/configuration-schema.js';
import { checkAgain } from '../config/configuration-reading.js';
import type { ConfigurationSources } from '../config/configuration-sources.js';
import type { TonicMaker } from '../config/tonic-maker.js';
import { TaskTonicError, fail, toError } from '../core/errors.js';
import type { Runtime } from '../core/runtime.js';
import type { LogSinkMaker } from '../log/log-services.js';
import { tellProblem } from './tell-problem.js';

/** The sources from which the configuration of a running app was read. */
export interface ReadFrom {
  readonly sources: ConfigurationSources;
  readonly store: TonicMaker | undefined;
  readonly logs: LogSinkMaker | undefined;
  /** The configuration at the start, without the additions of the framework. */
  readonly config: AppConfiguration;
  /** Reads all sources. */
  readonly read: () => AppConfiguration;
}

/**
 * What reads the configuration of a running app again, in a sparkle of its main Catalyst. What may change does, everywhere; what is wrong
 * changes nothing. All that is to be known of it is logged, with secrets masked.
 */
export function reloader(runtime: Runtime, from: ReadFrom): () => void {
  let now = from.config;
  return () => {
    const main = runtime.main!;
    let reload: Reload;
    try {
      const { schema } = from.sources;
      reload = reloaded(now, from.read(), schema, (given, origin) =>
        checkAgain(given, origin, now._code, schema, from.store, from.logs),
      );
    } catch (thrown) {
      return refuse(runtime, thrown);
    }
    const { config, changes, kept } = reload;
    now = config;
    if (changes.length > 0) {
      const { project, testing } = runtime.config.data as { readonly project: object; readonly testing: unknown };
      Object.assign(project, (config.data as FormulaData).project);
      runtime.configured(changes);
      // The output of the schema of the project, which may differ from the values.
      runtime.config = config.with(testing === undefined ? { project } : { project, testing });
    }
    if (kept.length > 0) runtime.log.warn(main, fail('TT_NEEDS_RESTART', { paths: kept.join(', ') }));
    const changed = changes.map(({ path }) => path.join('/')).join(', ');
    const told = changes.length === 0 ? 'nothing changes' : `${changed} ${changes.length === 1 ? 'is' : 'are'} other`;
    return runtime.log.line(main, 'info', undefined, `the configuration was read again: ${told}`, []);
  };
}

function refuse(runtime: Runtime, thrown: unknown): void {
  const list = thrown instanceof TaskTonicError ? thrown.details['list'] : undefined;
  const problems = list === undefined ? toError(thrown).message : oneLine(list as readonly ConfigurationProblem[]);
  tellProblem(runtime, fail('TT_CONFIGURATION_KEPT', { problems }));
}
