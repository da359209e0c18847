import { extname } from 'node:path';
import type { HeldRuns } from '../app/held-runs.js';
import type { TonicConstructor } from '../core/plan/declarations.js';
import { CliError } from './cli-error.js';
import { importWithoutRunning } from './import-without-running.js';
import { classesMadeIn } from './made-classes.js';
import { type OwnPackage, packageOf } from './own-package.js';
import { sourceFile } from './source-file.js';
import { loadsTypeScript } from './typescript-loader.js';

/** What the diagrams are to be made of, and for. */
export interface DiagramOptions {
  readonly file: string;
  /** The class that is meant; all Tonics of the file where it is left out. */
  readonly className: string | undefined;
  /** The file that they are written to, which says their kind; `undefined` for standard output. */
  readonly output: string | undefined;
}

interface Diagram {
  readonly name: string;
  readonly text: string;
}

/**
 * The state diagrams of the Tonics in a file: one as a text of Mermaid, several (or for a file of Markdown) as Markdown.
 * @throws {CliError}
 */
export async function diagramsOf({ file, className, output }: DiagramOptions, held: HeldRuns): Promise<string> {
  const diagrams = await drawn(file, className, held);
  const asMarkdown = output === undefined ? diagrams.length > 1 : /^\.(?:md|markdown)$/i.test(extname(output));
  if (asMarkdown) return diagrams.map(markdownOf).join('\n');
  if (diagrams.length === 1) return diagrams[0]!.text;
  const names = diagrams.map(({ name }) => name).join(', ');
  throw new CliError(
    `a file of Mermaid holds one diagram, and ${file} has ${names}: name one of them, or write to a file that ends with .md`,
  );
}

async function drawn(file: string, className: string | undefined, held: HeldRuns): Promise<Diagram[]> {
  const whole = sourceFile(file);
  await loadsTypeScript(whole);
  await importWithoutRunning(whole, held);
  const { classes, diagramOf } = await tonicsOf(whole);
  const meant = classes.filter(({ name }) => className === undefined || name === className);
  if (meant.length === 0) throw new CliError(noneSaid(file, className, classes));
  const diagrams = meant.flatMap((tonicClass): Diagram[] => {
    const { name } = tonicClass;
    try {
      return [{ name, text: diagramOf(tonicClass) }];
    } catch (thrown) {
      // Beside others that have states.
      if (className === undefined && (thrown as { code?: unknown }).code === 'TT_NO_DIAGRAM') return [];
      throw thrown;
    }
  });
  if (diagrams.length > 0) return diagrams;
  throw new CliError(`no Tonic in ${file} has sparkles or states: ${classes.map(({ name }) => name).join(', ')}`);
}

/** The classes of Tonics that a file has made, and what draws them. */
async function tonicsOf(file: string): Promise<{ classes: TonicConstructor[] } & OwnPackage> {
  const imported = await packageOf(file, 'import');
  const classes = classesMadeIn(file, imported.Tonic);
  if (classes.length > 0) return { classes, ...imported };
  const required = await packageOf(file, 'require');
  return { classes: classesMadeIn(file, required.Tonic), ...required };
}

function noneSaid(file: string, className: string | undefined, classes: readonly TonicConstructor[]): string {
  const others = classes.map(({ name }) => name).join(', ');
  if (others === '') return `importing ${file} makes no class of Tonics: export one from it`;
  return `importing ${file} makes no class of Tonics named ${className}: it makes ${others}`;
}

function markdownOf({ name, text }: Diagram): string {
  return `## ${name}\n\n\`\`\`mermaid\n${text}\`\`\`\n`;
}
