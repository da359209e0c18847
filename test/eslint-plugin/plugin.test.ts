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

  async function lint(code: string, filePath = 'door.ts'): Promise<(string | null)[]> {
    const eslint = new ESLint({ overrideConfigFile: true, overrideConfig: config });
    const [result] = await eslint.lintText(code, { filePath });
    return result!.messages.map(({ ruleId }) => ruleId);
  }
});
