import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { ROOT, pages, textOf } from './support/pages.js';

describe('links between the pages', () => {
  for (const page of [...pages(), 'CONTRIBUTING.md']) {
    it(`of ${page} lead somewhere`, () => {
      expect(linksOf(page).filter((link) => !leadsSomewhere(page, link))).to.deep.equal([]);
    });
  }

  it('lead from the README to every guide', () => {
    const guides = pages().filter((page) => page !== 'README.md');
    expect(linksOf('README.md')).to.include.members(guides);
  });
});

function linksOf(page: string): string[] {
  const prose = textOf(page).replace(/^```.*?^```/gms, '');
  return [...prose.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link!).filter((link) => !/^https?:/.test(link));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(ROOT + target)) return false;
  return anchor === undefined || anchorsOf(target).includes(anchor);
}

/** As the usual viewers make them of headings. */
function anchorsOf(page: string): string[] {
  const headings = [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
