import { expect } from 'chai';
import { type Surroundings, asPage } from '../../site/lib/links.js';

const AROUND: Surroundings = {
  pages: new Set([
    'README.md',
    'docs/README.md',
    'docs/use/framing.md',
    'docs/look-up/errors.md',
    'examples/chat/README.md',
  ]),
  isThere: (path) => ['src/index.ts', 'docs/images/speed.svg', 'examples'].includes(path),
  repository: 'https://example.org/project',
  codes: new Set(['TT_BAD_OPTION']),
};
const page = (text: string): string => asPage(text, 'docs/use/threads.md', AROUND);

describe('a page of the site', () => {
  const links: [title: string, written: string, leads: string][] = [
    ['to a page beside it', 'framing.md', '/use/framing'],
    ['to a heading of a page', '../look-up/errors.md#sockets', '/look-up/errors#sockets'],
    ['to the list of the guides', '../README.md', '/guides'],
    ['to the README of the project', '../../README.md', '/'],
    ['to a heading of its own', '#limits', '#limits'],
    ['to an example that has a page', '../../examples/chat/README.md', '/examples/chat'],
    ['to a source', '../../src/index.ts', 'https://example.org/project/blob/main/src/index.ts'],
    ['to a picture', '../images/speed.svg', '/images/speed.svg'],
    ['to somewhere else', 'https://nodejs.org/api/net.html#x', 'https://nodejs.org/api/net.html#x'],
  ];
  for (const [title, written, leads] of links) {
    it(`has a link ${title}`, () => {
      expect(page(`See [\`it\`](${written}).`)).to.equal(`See [\`it\`](${leads}).`);
    });
  }

  it('is refused where a link leads to a file that is not there', () => {
    expect(() => page('[it](gone.md)')).to.throw('docs/use/threads.md has a link to gone.md, where nothing is');
  });

  it('leads from the code of an error to its page', () => {
    expect(page('throws `TT_BAD_OPTION`.')).to.equal('throws [`TT_BAD_OPTION`](/errors/TT_BAD_OPTION).');
  });

  it('leaves codes alone in headings, in links, and where there is no such error', () => {
    const text = '# `TT_BAD_OPTION`\n\n[`TT_BAD_OPTION`](framing.md) `TT_NONE`\n';
    expect(page(text)).to.equal('# `TT_BAD_OPTION`\n\n[`TT_BAD_OPTION`](/use/framing) `TT_NONE`\n');
  });

  it('shows code as it is, and leaves out what comments say', () => {
    const code = '```md\n<!-- note -->\n[a](gone.md) `TT_BAD_OPTION`\n```\n';
    expect(page(`<!-- talk: tcp 7007 -->\n${code}Write \`[a](gone.md)\`.`)).to.equal(`${code}Write \`[a](gone.md)\`.`);
  });
});
