import { dirname, extname, resolve } from 'node:path';
import { CliError } from './cli-error.js';
import { machinesIn } from './machine-reader.js';
import type { Machine } from './machine.js';
import { mermaidOf } from './mermaid.js';
import { readSource } from './source-files.js';
import { loadTypeScript } from './typescript.js';

/** What the diagrams are to be made of, and for. */
export interface DiagramOptions {
  readonly file: string;
  /** The class that is meant; all Tonics of the file where it is left out. */
  readonly className: string | undefined;
  /** The file that they are written to, which says their kind; `undefined` for standard output. */
  readonly output: string | undefined;
}

/**
 * The state diagrams of the Tonics in a file: one as a text of Mermaid, several (or for a file of Markdown) as Markdown.
 * @throws {CliError}
 */
export async function diagramsOf({ file, className, output }: DiagramOptions): Promise<string> {
  const ts = await loadTypeScript(dirname(resolve(file)));
  const machines = machinesIn(readSource(ts, file), className);
  const asMarkdown = output === undefined ? machines.length > 1 : /^\.(?:md|markdown)$/i.test(extname(output));
  if (asMarkdown) return machines.map(markdownOf).join('\n');
  if (machines.length === 1) return mermaidOf(machines[0]!);
  const names = machines.map(({ className: name }) => name).join(', ');
  throw new CliError(`a file of Mermaid holds one diagram, and ${file} has ${names}: name one, or write to a file .md`);
}

function markdownOf(machine: Machine): string {
  return `## ${machine.className}\n\n\`\`\`mermaid\n${mermaidOf(machine)}\`\`\`\n`;
}
