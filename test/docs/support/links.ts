import { join, dirname } from 'node:path';
import { textOf } from './pages.js';

/** Where the links of a page, or of a part of it, lead: paths from the root of the project, with their anchors. */
export function linksOf(page: string, text = textOf(page)): string[] {
  const prose = text.replace(/^```.*?^```/gms, '');
  return [...prose.matchAll(/\]\(([^)]+)\)/g)]
    .map(([, link]) => link!)
    .filter((link) => !/^https?:/.test(link))
    .map((link) => (link.startsWith('#') ? page + link : join(dirname(page), link)));
}
