import { readFileSync, readdirSync } from 'node:fs';

export const ROOT = new URL('../../../', import.meta.url).pathname;

/** A block of code on a page. */
export interface Block {
  /** `README.md`, `docs/look-up/the-loop.md`. */
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly code: string;
  /** What the comment right before it says; see CONTRIBUTING.md. */
  readonly note: string;
}

/** The guides, and the page that lists them. */
export function guides(): string[] {
  const files = readdirSync(`${ROOT}docs`, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.md'))
    .sort()
    .map((file) => `docs/${file}`);
}

/** The pages whose blocks are held true. */
export function pages(): string[] {
  return ['README.md', ...guides()];
}

export function textOf(path: string): string {
  return readFileSync(ROOT + path, 'utf8');
}

/** The blocks of a page, in their order. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  const lines = textOf(page).split('\n');
  for (let at = 0; at < lines.length; at++) {
    const language = /^```(\w+)$/.exec(lines[at]!)?.[1];
    if (language === undefined) continue;
    const end = lines.indexOf('```', at);
    if (end < 0) throw new Error(`${page}:${at + 1}: the block does not end`);
    const note = /^<!-- (.*) -->$/.exec(lines[at - 1] ?? '')?.[1] ?? '';
    blocks.push({ page, line: at + 1, language, code: lines.slice(at + 1, end).join('\n') + '\n', note });
    at = end;
  }
  return blocks;
}

export function placeOf({ page, line }: Block): string {
  return `${page}:${line}`;
}
