import { expect } from 'chai';
import { faultsOf } from '../../site/lib/check.js';

const faults = (pages: Record<string, string>, files: string[] = [], base = '/'): string[] =>
  faultsOf({ pages: new Map(Object.entries(pages)), files: new Set(files) }, base);

describe('the check of the built site', () => {
  it('finds nothing where every link leads somewhere', () => {
    const index = '<a class="x" href="/use/framing#limits">a</a> <a href="/api/">b</a> <img src="/images/a.svg">';
    const framing = '<h2 id="limits">Limits</h2> <a href="../#top">c</a> <a href="https://nodejs.org/gone#x">d</a>';
    const pages = { 'index.html': `<p id="top"></p>${index}`, 'use/framing.html': framing, 'api/index.html': '' };
    expect(faults(pages, ['images/a.svg'])).to.deep.equal([]);
  });

  it('finds a link to a page that is not there', () => {
    expect(faults({ 'index.html': '<a href="/gone">a</a>' })).to.deep.equal(['index.html: /gone leads nowhere']);
  });

  it('finds a picture that is not there', () => {
    expect(faults({ 'index.html': '<img alt="" src="/a.svg">' })).to.deep.equal(['index.html: /a.svg leads nowhere']);
  });

  it('finds an anchor that is not there, on its own page and on another', () => {
    const pages = { 'index.html': '<a href="#gone">a</a> <a href="/other#gone">b</a>', 'other.html': '<p id="here">' };
    expect(faults(pages)).to.deep.equal([
      'index.html: #gone: there is no such anchor',
      'index.html: /other#gone: there is no such anchor',
    ]);
  });

  it('reads anchors and links as a browser does', () => {
    const pages = {
      'index.html': '<a href="#caf%C3%A9">a</a> <a href="/a?b=1&amp;c=2#d">b</a> <p id="café">',
      'a.html': '<p id="d">',
    };
    expect(faults(pages)).to.deep.equal([]);
  });

  it('finds a page that no link leads to from the first one, also where others lead to it that are lost as well', () => {
    const pages = { 'index.html': '', 'a.html': '<a href="/b">b</a>', 'b.html': '<a href="/a">a</a>', '404.html': '' };
    expect(faults(pages)).to.deep.equal([
      'a.html: no way leads there from the first page',
      'b.html: no way leads there from the first page',
    ]);
  });

  it('takes the site for what is below its base', () => {
    const pages = { 'index.html': '<a href="/project/a">a</a> <a href="/b">b</a>', 'a.html': '' };
    expect(faults(pages, [], '/project/')).to.deep.equal(['index.html: /b leads nowhere']);
  });
});
