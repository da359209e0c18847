import { posix } from 'node:path';
import { addressOf } from './pages.js';

/** An entry of the sidebar, as VitePress takes it. */
export interface Item {
  readonly text: string;
  readonly link?: string;
  readonly items?: Item[];
  readonly collapsed?: boolean;
}

const LINK = /\[([^\]]+)\]\(([^)]+)\)/g;

/**
 * The shelves of docs/README.md: a heading is a shelf, a line before a table a group of it, and a row a page, with those below it that
 * the row names after that.
 */
export function shelvesOf(list: string): Item[] {
  const [, ...shelves] = list.split(/^## /m);
  return shelves.map((shelf, at) => {
    const [name, ...lines] = shelf.split('\n');
    return { text: name!, collapsed: at > 0, items: groupsOf(lines) };
  });
}

function groupsOf(lines: readonly string[]): Item[] {
  const shelf: Item[] = [];
  let rows = shelf;
  for (const line of lines) {
    const group = /^(\w.*):$/.exec(line)?.[1];
    if (group !== undefined) shelf.push({ text: group, items: (rows = []) });
    const [first, ...others] = linksOf(line);
    if (line.startsWith('|') && first !== undefined)
      rows.push(others.length === 0 ? first : { ...first, items: others });
  }
  return shelf;
}

function linksOf(line: string): Item[] {
  return [...line.matchAll(LINK)].map(([, text, to]) => ({
    text: text!.replaceAll('`', '').replace(/^[a-z]/, (letter) => letter.toUpperCase()),
    link: addressOf(posix.join('docs', to!)),
  }));
}

/**
 * The API pages have a sidebar for each entry of the package: all entries, with the classes and functions of this one. Each page holds
 * its sidebar whole, and the types of an entry are listed on its own page.
 */
export function apiSidebars(pages: readonly string[]): Record<string, Item[]> {
  const entries = pages.filter((page) => /^api\/.+\/index$/.test(page)).map((page) => posix.dirname(page));
  const sidebarOf = (open: string): Item[] =>
    entries.sort().map((entry) => ({
      text: entry.slice('api/'.length),
      link: `/${entry}/`,
      items: entry === open ? namesOf(entry, pages) : [],
    }));
  return Object.fromEntries(['api', ...entries].map((entry) => [`/${entry}/`, sidebarOf(entry)]));
}

function namesOf(entry: string, pages: readonly string[]): Item[] {
  const own = ['classes', 'functions'].flatMap((kind) =>
    pages.filter((page) => posix.dirname(page) === `${entry}/${kind}`),
  );
  return own.map((page) => ({ text: posix.basename(page), link: `/${page}` }));
}
