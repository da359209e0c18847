import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type typescript from 'typescript';
import { CliError } from './cli-error.js';
import type { TypeScript } from './typescript.js';

/** A source file, with the checker of its program. */
export interface Source {
  /** As it was given. */
  readonly path: string;
  readonly ts: TypeScript;
  readonly file: typescript.SourceFile;
  readonly checker: typescript.TypeChecker;
}

/**
 * Reads a source file and all that it imports, with the options of the project that it is in. Nothing of it is run.
 * @throws {CliError}
 */
export function readSource(ts: TypeScript, path: string): Source {
  const whole = resolve(path);
  if (!existsSync(whole) || !statSync(whole).isFile()) throw new CliError(`the file ${path} is not there`);
  if (!/\.[cm]?[jt]sx?$/.test(whole)) throw new CliError(`${path} is no source file of TypeScript or JavaScript`);
  // Types that are global to the project say nothing of a machine, and take long to read.
  const options = { ...projectOptions(ts, dirname(whole)), allowJs: true, noEmit: true, types: [] };
  const program = ts.createProgram([whole], options);
  const file = program.getSourceFile(whole);
  if (file === undefined) throw new CliError(`${path} cannot be read`);
  const [mistake] = program.getSyntacticDiagnostics(file);
  if (mistake !== undefined) {
    const { line } = file.getLineAndCharacterOfPosition(mistake.start);
    throw new CliError(`${path}:${line + 1}: ${ts.flattenDiagnosticMessageText(mistake.messageText, ' ')}`);
  }
  return { path, ts, file, checker: program.getTypeChecker() };
}

function projectOptions(ts: TypeScript, folder: string): typescript.CompilerOptions {
  const found = ts.findConfigFile(folder, (path) => ts.sys.fileExists(path));
  const fallback = { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.NodeNext };
  if (found === undefined) return fallback;
  const { config } = ts.readConfigFile(found, (path) => ts.sys.readFile(path)) as { readonly config?: unknown };
  return { ...fallback, ...ts.parseJsonConfigFileContent(config, ts.sys, dirname(found)).options };
}
