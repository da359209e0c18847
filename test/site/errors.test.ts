import { expect } from 'chai';
import { errorPage, errorRows, errorsPage } from '../../site/lib/errors.js';
import { ERRORS } from '../../src/index.js';
import { guides, textOf } from '../docs/support/pages.js';

const TABLE = `# Errors of sockets

## Framing

| code | what it says | when, and what to do |
|---|---|---|
| [\`TT_BAD_FRAME\`](/errors/TT_BAD_FRAME) | A frame \\| {problem}. | Take \`a \\| b\`. |
`;
const ROW = { code: 'TT_BAD_FRAME', advice: 'Take `a | b`.', section: 'Framing', page: '/look-up/errors-sockets' };

describe('the pages of single errors', () => {
  it('come from the rows of the tables', () => {
    expect(errorRows(TABLE, '/look-up/errors-sockets')).to.deep.equal([ROW]);
  });

  it('are there for every code, once', () => {
    const tables = guides().filter((page) => page.startsWith('docs/look-up/errors'));
    const codes = tables.flatMap((page) => errorRows(textOf(page), page)).map(({ code }) => code);
    expect(codes).to.have.members(Object.keys(ERRORS));
  });

  it('say what the error says, what to do, and where more is told', () => {
    const page = errorPage(ROW, 'A frame of {class} is <bad>.', [{ title: 'Frames', address: '/use/framing' }]);
    expect(page).to.include('# TT_BAD_FRAME\n\n> A frame of `{class}` is &#60;bad&#62;.\n');
    expect(page).to.include('\nTake `a | b`.\n');
    expect(page).to.include('- [Frames](/use/framing)\n');
    expect(page).to.include('[Framing](/look-up/errors-sockets#framing)');
  });

  it('have no list of pages where no other page names the error', () => {
    expect(errorPage(ROW, 'Bad.', [])).not.to.include('Pages that tell of it');
  });

  it('are listed by what they are about', () => {
    expect(errorsPage([ROW])).to.include('\n## Framing\n\n- [TT_BAD_FRAME](/errors/TT_BAD_FRAME)\n');
  });
});
