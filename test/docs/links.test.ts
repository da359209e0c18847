import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { slug } from '../../site/lib/slug.js';
import { linksOf } from './support/links.js';
import { ROOT, pages, textOf } from './support/pages.js';

describe('links between the pages', () => {
  for (const page of [...pages(), 'CONTRIBUTING.md']) {
    it(`of ${page} lead somewhere`, () => {
      expect(linksOf(page).filter((link) => !leadsSomewhere(link))).to.deep.equal([]);
    });
  }
});

function leadsSomewhere(link: string): boolean {
  const [path = '', anchor] = link.split('#');
  if (!existsSync(ROOT + path)) return false;
  return anchor === undefined || anchorsOf(path).includes(anchor);
}

function anchorsOf(page: string): string[] {
  const headings = [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!);
  return headings.map(slug);
}
