import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { Linter } from 'eslint';
import { parser } from 'typescript-eslint';
import plugin from '../../src/eslint-plugin/index.js';

const page = readFileSync(new URL('../../docs/lint.md', import.meta.url), 'utf8');
const config: Linter.Config[] = [{ files: ['**/*.ts'], languageOptions: { parser } }, plugin.configs.recommended];

describe('docs/lint.md', () => {
  const blocks = [...page.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code!);

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

  function lint(code: string): Linter.LintMessage[] {
    return new Linter().verify(code, config, 'example.ts');
  }
});
