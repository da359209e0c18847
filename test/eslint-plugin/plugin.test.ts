import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ESLint } from 'eslint';
import { defineConfig } from 'eslint/config';
import ts from 'typescript';
import { parser } from 'typescript-eslint';
import tasktonic from '../../src/eslint-plugin/index.js';
import { onlyWithAll } from '../support/how-many.js';

describe("the ESLint plugin, in a user's configuration", () => {
  // What docs/test/lint.md tells users to write; the compiler sees that the plugin fits ESLint's own types.
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
    this.timeout(60_000); // The compiler reads the framework.
    it('knows a Tonic of another file by its type', async () => {
      const texts = new Map([
        [
          '/parts.ts',
          'export declare class Part { ttsc__finish(): void; toState(): void }\nexport declare class Bolt {}',
        ],
        [
          '/door.ts',
          [
            `import { Bolt, Part } from './parts.js';`,
            `export class Door extends Tonic {`,
            `  readonly bolt = new Bolt();`,
            `  readonly part = new Part();`,
            `}`,
          ].join('\n'),
        ],
      ]);
      const found = await lintTyped(programOf(texts), texts.get('/door.ts')!, '/door.ts');
      expect(found).to.deep.equal([['tasktonic/no-infusion-in-constructor', 4]]);
    });

    it('knows Tonics of other files, and what else has a sparkle()', async function () {
      onlyWithAll(this, 'the compiler reads the framework');
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
      const path = fileURLToPath(new URL('./door.ts', import.meta.url));
      const found = await lintTyped(programBeside(path, code.join('\n')), code.join('\n'), path);
      expect(found).to.deep.equal([['tasktonic/no-infusion-in-constructor', 6]]);
    });
  });

  async function lintTyped(program: ts.Program, code: string, filePath: string): Promise<(string | number | null)[][]> {
    const eslint = new ESLint({
      cwd: dirname(filePath),
      overrideConfigFile: true,
      overrideConfig: defineConfig([
        { files: ['**/*.ts'], languageOptions: { parser, parserOptions: { programs: [program] } } },
        tasktonic.configs.recommended,
      ]),
    });
    const [result] = await eslint.lintText(code, { filePath });
    return result!.messages.map(({ ruleId, line }) => [ruleId, line]);
  }

  /** A program of a file that is not there, and of those of the project that it imports. */
  function programBeside(path: string, text: string): ts.Program {
    const options = { strict: true, types: ['node'], module: ts.ModuleKind.NodeNext, skipLibCheck: true };
    const host = ts.createCompilerHost(options);
    const { getSourceFile } = host;
    host.getSourceFile = (of, language, ...more) =>
      of === path ? ts.createSourceFile(of, text, language, true) : getSourceFile(of, language, ...more);
    return ts.createProgram([path], options, host);
  }

  /** A program of these files alone, without a library. */
  function programOf(texts: ReadonlyMap<string, string>): ts.Program {
    const options = { noLib: true, types: [], module: ts.ModuleKind.NodeNext };
    const host = ts.createCompilerHost(options);
    host.fileExists = (path) => texts.has(path);
    host.readFile = (path) => texts.get(path);
    host.getSourceFile = (path, language) => {
      const text = texts.get(path);
      return text === undefined ? undefined : ts.createSourceFile(path, text, language, true);
    };
    return ts.createProgram([...texts.keys()], options, host);
  }

  async function lint(code: string, filePath = 'door.ts'): Promise<(string | null)[]> {
    const eslint = new ESLint({ overrideConfigFile: true, overrideConfig: config });
    const [result] = await eslint.lintText(code, { filePath });
    return result!.messages.map(({ ruleId }) => ruleId);
  }
});
