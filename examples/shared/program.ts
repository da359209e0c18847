// What the servers among the examples have in common besides where they serve: a command line with a help, and a Formula.
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type ConfigurationSources, Formula, type FormulaData } from 'tasktonic';
import { SERVING_HELP, SERVING_OPTIONS, type Serving, type ServingDefaults, servings } from './serving.js';

/** The further options of a server, as texts. */
export type Values = Readonly<Record<string, string | undefined>>;

/** A server that is started from a command line. */
export interface Program {
  /** Its name in the log. */
  readonly name: string;
  /** What it does: the first line of `--help`. */
  readonly about: string;
  /** Where it listens, and how, where nothing is said. */
  readonly defaults: ServingDefaults;
  /** Its further options: a text each, by name, with what `--help` says of it. */
  readonly options?: Readonly<Record<string, string>>;
  /** Its settings of the framework; the configuration is laid over them. */
  readonly settings?: FormulaData;
  /** Where its configuration comes from; default: nowhere. What is wrong in it is shown when it starts. */
  configuration?(values: Values): ConfigurationSources;
  /** Makes its Tonics. What it throws is shown with the help. */
  start(places: readonly Serving[], values: Values): void;
}

/** Reads the command line and runs the server, until SIGINT or SIGTERM; resolves when it has ended. */
export async function runServer(program: Program): Promise<void> {
  const { name, options = {}, defaults } = program;
  let given: readonly [readonly Serving[], Values];
  try {
    const own = Object.fromEntries(Object.keys(options).map((option) => [option, { type: 'string' }] as const));
    const all = { ...SERVING_OPTIONS, help: { type: 'boolean' }, ...own } satisfies ParseArgsConfig['options'];
    const { values } = parseArgs({ options: all });
    if (values.help === true) return console.log(helpOf(program));
    given = [servings(values, defaults), values as unknown as Values];
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${helpOf(program)}`);
    process.exitCode = 2;
    return undefined;
  }
  class App extends Formula {
    protected override creatingFormula(): FormulaData {
      return { project: { name }, ...program.settings };
    }
    protected override creatingConfiguration(): ConfigurationSources {
      return program.configuration?.(given[1]) ?? {};
    }
    protected override creatingStartingTonics(): void {
      program.start(...given);
    }
  }
  await App.run();
}

function helpOf({ about, defaults: { host, port }, options = {} }: Program): string {
  const own = Object.entries(options).map(([option, what]) => `  ${`--${option}`.padEnd(22)} ${what}\n`);
  return `${about}, until SIGINT or SIGTERM.

  --host ADDRESS         where to listen           (default ${host})
  --port NUMBER          0 takes a free one        (default ${port})
${SERVING_HELP}${own.join('')}  --help                 shows this
`;
}
