import { expect } from 'chai';
import { apiSidebars, shelvesOf } from '../../site/lib/sidebar.js';
import { guides, textOf } from '../docs/support/pages.js';

const LIST = `# Guides

Some words.

## Start

| question | page |
|---|---|
| How? | [Think](start/think.md) |

## Use

Protocols:

| question | page |
|---|---|
| What? | [Lint](use/lint.md), [the rules of \`lint\`](use/rules.md) |
`;

describe('the sidebar', () => {
  it('has the shelves of the list of guides, their groups, and their pages', () => {
    const rules = { text: 'The rules of lint', link: '/use/rules' };
    expect(shelvesOf(LIST)).to.deep.equal([
      { text: 'Start', collapsed: false, items: [{ text: 'Think', link: '/start/think' }] },
      {
        text: 'Use',
        collapsed: true,
        items: [{ text: 'Protocols', items: [{ text: 'Lint', link: '/use/lint', items: [rules] }] }],
      },
    ]);
  });

  it('has each guide once', () => {
    const links = JSON.stringify(shelvesOf(textOf('docs/README.md'))).match(/(?<="link":"\/)[^"]*/g);
    const places = guides().filter((page) => page !== 'docs/README.md');
    expect(links).to.have.members(places.map((page) => page.slice('docs/'.length, -'.md'.length)));
  });

  it('shows classes and functions of the entry whose page is open, and the names of all entries', () => {
    const http = 'api/tasktonic/http';
    const pages = [
      'api/index',
      'api/tasktonic/index',
      `${http}/index`,
      `${http}/interfaces/Route`,
      `${http}/classes/HttpServer`,
    ];
    const sidebars = apiSidebars(pages);
    expect(Object.keys(sidebars)).to.deep.equal(['/api/', '/api/tasktonic/', `/${http}/`]);
    expect(sidebars[`/${http}/`]).to.deep.equal([
      { text: 'tasktonic', link: '/api/tasktonic/', items: [] },
      {
        text: 'tasktonic/http',
        link: `/${http}/`,
        items: [{ text: 'HttpServer', link: `/${http}/classes/HttpServer` }],
      },
    ]);
  });
});
