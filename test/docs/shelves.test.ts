import { expect } from 'chai';
import { linksOf } from './support/links.js';
import { guides, textOf } from './support/pages.js';

const LIST = 'docs/README.md';
const LONGEST = 250;
const SHELVES = ['start', 'use', 'test', 'look-up'];

describe('the guides', () => {
  it('stand on four shelves', () => {
    const beside = guides().filter((page) => !SHELVES.some((shelf) => page.startsWith(`docs/${shelf}/`)));
    expect(beside).to.deep.equal([LIST]);
  });

  it(`are listed in ${LIST}, each once, under the name of its shelf`, () => {
    const [, ...sections] = textOf(LIST).split(/^## /m);
    const listed = sections.flatMap((section) => linksOf(LIST, section));
    expect(listed).to.have.members(guides().filter((page) => page !== LIST));
    expect(sections.map(shelvesIn)).to.deep.equal(SHELVES.map((shelf) => [shelf]));
  });

  it(`have ${LONGEST} lines at most: what is longer answers more than one question`, () => {
    const long = guides().filter((page) => textOf(page).split('\n').length - 1 > LONGEST);
    expect(long).to.deep.equal([]);
  });

  it('lead to the platforms that are tested, and to those that are not', () => {
    expect(linksOf(LIST)).to.include('README.md#requirements');
    const [, requirements] = textOf('README.md').split('## Requirements');
    expect(requirements)
      .to.include('Linux (x64) only')
      .and.to.include('macOS, Windows and other processors are not tested');
  });

  it('are found from the README of the project', () => {
    expect(linksOf('README.md')).to.include(LIST);
  });
});

/** The shelves whose pages a section lists. */
function shelvesIn(section: string): string[] {
  return [...new Set(linksOf(LIST, section).map((link) => link.split('/')[1]!))];
}
