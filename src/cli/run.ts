import { pathToFileURL } from 'node:url';
import { noticeRuns } from '../app/held-runs.js';
import { startedWith } from '../app/upgrade/program.js';
import { CliError } from './cli-error.js';
import { mayNeedLoader } from './import-without-running.js';
import { sourceFile } from './source-file.js';
import { loadsTypeScript } from './typescript-loader.js';

/** What is run: a Formula of whatever copy of the package the file imports. */
interface FormulaClass {
  readonly name: string;
  run(): Promise<unknown>;
}

/**
 * Runs the Formula that a module exports; one that runs its Formula itself, as it is imported, has done so. Resolves when it has ended; what
 * the module or its Formula throws goes on as in a program of its own.
 *
 * @param options the words that the app finds on its command line.
 * @throws {CliError} where the file exports none, or several.
 */
export async function run(file: string, options: readonly string[]): Promise<void> {
  const whole = sourceFile(file);
  await loadsTypeScript(whole);
  startedWith(process.argv.slice(1));
  process.argv = [process.argv[0]!, whole, ...options];
  const noticed = noticeRuns();
  let module: Readonly<Record<string, unknown>>;
  try {
    module = (await import(pathToFileURL(whole).href)) as Readonly<Record<string, unknown>>;
  } catch (thrown) {
    const help = mayNeedLoader(thrown, whole);
    if (help !== undefined) throw new CliError(`${file} cannot be imported: ${(thrown as Error).message} (${help})`);
    throw thrown;
  } finally {
    noticed.stop();
  }
  if (noticed.count === 0) await formulaIn(file, module).run();
}

function formulaIn(file: string, module: Readonly<Record<string, unknown>>): FormulaClass {
  // A module of CommonJS has what it exports under `default` as well.
  const nested = module['default'] as Readonly<Record<string, unknown>> | undefined;
  const byDefault = [nested, nested?.['default']].find(isFormula);
  if (byDefault !== undefined) return byDefault;
  const exported = new Set([...Object.values(module), ...Object.values(nested ?? {})].filter(isFormula));
  const [one, ...more] = exported;
  if (one === undefined)
    throw new CliError(`${file} exports no Formula to run: write export default class App extends Formula`);
  if (more.length === 0) return one;
  const names = [...exported].map(({ name }) => name).join(', ');
  throw new CliError(`${file} exports several Formulas (${names}): make one of them its default export`);
}

function isFormula(value: unknown): value is FormulaClass {
  if (typeof value !== 'function') return false;
  const { run, prototype } = value as { readonly run?: unknown; readonly prototype?: { readonly _ttRun?: unknown } };
  return typeof run === 'function' && typeof prototype?._ttRun === 'function';
}
