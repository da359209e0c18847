import { expect } from 'chai';
import { type ErrorCode, ERRORS } from '../../src/index.js';
import { guides, pages, textOf } from './support/pages.js';

const CODES = Object.keys(ERRORS) as ErrorCode[];

describe('the pages of errors', () => {
  const text = guides()
    .filter((page) => page.startsWith('docs/look-up/errors'))
    .map(textOf)
    .join('\n');
  const rows = [...text.matchAll(/^\| `(TT_\w+)` \| (.*) \| (.*) \|$/gm)].map(([, code, says, todo]) => ({
    code,
    says,
    todo,
  }));

  it('have every code once, and none that there is not', () => {
    expect(rows.map(({ code }) => code)).to.have.members(CODES);
  });

  for (const { code, says, todo } of rows) {
    it(`say what ${code} says, and what to do`, () => {
      expect(says).to.equal(ERRORS[code as ErrorCode]);
      expect(todo).to.match(/^.{20,}\.$/s);
    });
  }
});

describe('the pages', () => {
  for (const page of pages()) {
    it(`${page} names no error that there is not`, () => {
      const named = [...textOf(page).matchAll(/\bTT_[A-Z_]+\b/g)].map(([code]) => code);
      expect(named.filter((code) => !Object.hasOwn(ERRORS, code))).to.deep.equal([]);
    });
  }
});
