import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ESLint } from 'eslint';
import { defineConfig } from 'eslint/config';
import { parser } from 'typescript-eslint';
import tasktonic from '../../src/eslint-plugin/index.js';

describe("the ESLint plugin, in a user's configuration", () => {
  // What docs/lint.md tells users to write; the compiler sees that the plugin fits ESLint's own types.
  const config = defineConfig([{ files: ['**/*.ts'], languageOptions: { parser } }, tasktonic.configs.recommended]);

  it('reports by all its rules with the recommended configuration', async () => {
    const found = await lint(`class Door extends Tonic { async ttsc__open() {} }\nconst done = door.ttse__done;`);
    expect(found).to.deep.equal(['tasktonic/sparkle-names', 'tasktonic/no-unbound-sparkle']);
  });

  it('reports in plain JavaScript too', async () => {
    expect(await lint(`class Door extends Tonic { ttsc_open() {} }`, 'door.js')).to.deep.equal([
      'tasktonic/sparkle-names',
    ]);
  });

  it('mends a name where the suggestion is taken by hand, and never by --fix', async () => {
    const eslint = new ESLint({ overrideConfigFile: true, overrideConfig: config, fix: true });
    const [result] = await eslint.lintText(`class Door extends Tonic { ttse__onStrat() {} }`, { filePath: 'door.ts' });
    expect(result?.output).to.equal(undefined);
    expect(result?.messages[0]?.suggestions?.[0]?.desc).to.equal('Rename it to ttse__onStart.');
  });

  it('writes old lines anew with --fix', async () => {
    const eslint = new ESLint({ overrideConfigFile: true, overrideConfig: config, fix: true });
    const [result] = await eslint.lintText(`this.ask(bank, 'ttsc__x', [1], this.sparkle('ttse__y'));`, {
      filePath: 'a.ts',
    });
    expect(result?.output).to.equal(`this.ask(bank).ttsc__x(1).then(this.bind('ttse__y'));`);
    expect(result?.messages).to.deep.equal([]);
  });

  it('warns of what works, and is an error otherwise', () => {
    const { rules } = tasktonic.configs.recommended;
    expect(Object.keys(rules)).to.have.members(Object.keys(tasktonic.rules).map((rule) => `tasktonic/${rule}`));
    expect(Object.keys(rules).filter((rule) => rules[rule as keyof typeof rules] !== 'error')).to.deep.equal([
      'tasktonic/prefer-new-lines',
    ]);
  });

  describe('where the parser knows types', function () {
    this.timeout(60_000); // The compiler reads the whole project.
    const root = fileURLToPath(new URL('../../', import.meta.url));
    const typed = defineConfig([
      {
        files: ['**/*.ts'],
        languageOptions: { parser, parserOptions: { projectService: true, tsconfigRootDir: root } },
      },
      tasktonic.configs.recommended,
    ]);

    it('knows Tonics of other files, and what else has a sparkle()', async () => {
      const eslint = new ESLint({ cwd: root, overrideConfigFile: true, overrideConfig: typed });
      const code = [
        `import { Tonic } from '../../src/core/tonic.js';`,
        `import { Plan } from '../../src/core/plan/plan.js';`,
        `import { Selector } from '../../src/selector/selector.js';`,
        `import { ThreadTonic } from '../../src/links/thread/thread-tonic.js';`,
        `export class Door extends Tonic {`,
        `  readonly thread2 = new ThreadTonic({} as never);`,
        `  readonly selector = new Selector({} as never);`,
        `  readonly knock = Plan.of(Door).sparkle('ttsc__knock');`,
        `}`,
      ];
      const [result] = await eslint.lintText(code.join('\n'), { filePath: fileURLToPath(import.meta.url) });
      const found = result!.messages.map(({ ruleId, line }) => [ruleId, line]);
      expect(found).to.deep.equal([['tasktonic/no-infusion-in-constructor', 6]]);
    });
  });

  async function lint(code: string, filePath = 'door.ts'): Promise<(string | null)[]> {
    const eslint = new ESLint({ overrideConfigFile: true, overrideConfig: config });
    const [result] = await eslint.lintText(code, { filePath });
    return result!.messages.map(({ ruleId }) => ruleId);
  }
});
