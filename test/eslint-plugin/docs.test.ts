import { expect } from 'chai';
import { Linter } from 'eslint';
import { parser } from 'typescript-eslint';
import plugin from '../../src/eslint-plugin/index.js';
import { pages, textOf } from '../docs/support/pages.js';
import { onlyWithAll } from '../support/how-many.js';

const PAGES = ['docs/test/lint.md', 'docs/test/lint-rules.md'];
const page = PAGES.map(textOf).join('\n');
const config: Linter.Config[] = [{ files: ['**/*.ts'], languageOptions: { parser } }, plugin.configs.recommended];

describe(PAGES.join(' and '), () => {
  const blocks = codeOf(page);

  it('has an example of every message', () => {
    const found = blocks.flatMap((code) => lint(code).map(({ messageId }) => messageId));
    expect(found).to.include.members([
      'unknownState',
      'malformed',
      'reserved',
      'field',
      'async',
      'nearMiss',
      'unknownEvent',
      'nearlyEvent',
      'unbound',
      'without',
      'function',
      'awaited',
      'first',
      'made',
      'done',
      'sent',
      'early',
      'state',
      'group',
      'again',
      'endless',
      'data',
    ]);
  });

  for (const [index, code] of blocks.entries()) {
    it(`marks the lines that are reported in example ${index + 1}, and no others`, () => {
      const marked = code.split('\n').flatMap((line, number) => (line.includes('// ✗') ? [number + 1] : []));
      expect(lint(code).map(({ line }) => line)).to.deep.equal(marked);
    });
  }

  it('names every rule', () => {
    for (const rule of Object.keys(plugin.rules)) expect(page).to.include(`## \`tasktonic/${rule}\``);
  });

  it('is kept by the examples of the other pages', function () {
    onlyWithAll(this, 'all pages are read');
    this.timeout(30_000); // It reads them all.
    const examples = pages()
      .filter((name) => !PAGES.includes(name))
      .flatMap((name) => codeOf(textOf(name)));
    expect(examples.length).to.be.greaterThan(50);
    // An example need not enter each state that it shows, and may show the longer way.
    const left = new Set(['tasktonic/no-unentered-state', 'tasktonic/prefer-new-lines']);
    const told = examples.flatMap((code) => {
      const whole = lint(code);
      // What no module can hold are members of a class.
      const found = whole.some(({ fatal }) => fatal) ? lint(`class Shown extends Tonic {\n${code}}`) : whole;
      // A class that is shown in pieces cannot be read.
      return found
        .filter(({ ruleId, fatal }) => !fatal && !left.has(ruleId ?? ''))
        .map(({ message }) => `${message}\n${code}`);
    });
    expect(told).to.deep.equal([]);
  });

  function codeOf(text: string): string[] {
    return [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code!);
  }

  function lint(code: string): Linter.LintMessage[] {
    return new Linter().verify(code, config, 'example.ts');
  }
});
