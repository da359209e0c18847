import { existsSync, rmSync } from 'node:fs';
import { expect } from 'chai';
import { type Module, modulesOf, problemsOf, scriptOf } from './support/modules.js';
import { type Block, ROOT, blocksOf, pages, placeOf, textOf } from './support/pages.js';
import { run, withoutChance, written } from './support/program.js';
import { onlyWithAll } from '../support/how-many.js';

const blocks = pages().map(blocksOf);
const modules = blocks.flatMap(modulesOf);

describe('the code on the pages', () => {
  before(() => {
    for (const module of modules) if (module.isNamed) written(module, scriptOf(module));
  });
  after(() => rmSync(`${ROOT}dist/docs`, { recursive: true, force: true }));

  for (const module of modules) {
    if (!module.isProgram) continue;
    it(`runs: ${placeOf(module.block)}`, async function () {
      if (module.block.page !== 'README.md') onlyWithAll(this, 'the programs of all pages');
      this.timeout(20_000);
      const { output, errors, exitCode } = await run(module, scriptOf(module));
      const shown = outputShownFor(module.block);
      expect(errors).to.equal(shown?.note === 'output, with errors' ? errors : '');
      expect(exitCode, output).to.equal(Number(/\bexit code (\d+)/.exec(module.block.note)?.[1] ?? 0));
      if (shown !== undefined) expect(withoutChance(output)).to.equal(withoutChance(shown.code));
    });
  }

  for (const block of blocks.flat()) {
    if (block.note.startsWith('file: ')) {
      it(`is in the file as it is quoted: ${placeOf(block)}`, () => {
        expect(textOf(block.note.slice('file: '.length))).to.include(block.code);
      });
    }
    if (block.language === 'json') {
      it(`is JSON: ${placeOf(block)}`, () => {
        for (const line of jsonsOf(block.code)) JSON.parse(line);
      });
    }
    if (block.language === 'sh') {
      it(`names commands that there are: ${placeOf(block)}`, () => {
        expect(unknownCommands(block.code)).to.deep.equal([]);
      });
    }
  }

  describe('compiles', () => {
    let problems: ReadonlyMap<Module, readonly string[]>;

    before(function () {
      onlyWithAll(this, 'the compiler checks all pages');
      this.timeout(60_000);
      problems = problemsOf(modules);
    });

    for (const module of modules) {
      it(placeOf(module.block), () => {
        expect(problems.get(module)).to.deep.equal([]);
      });
    }
  });

  /** The block that shows what a program writes follows it. */
  function outputShownFor(program: Block): Block | undefined {
    const page = blocks.find(([first]) => first?.page === program.page)!;
    const next = page[page.indexOf(program) + 1];
    return next?.note.startsWith('output') ? next : undefined;
  }
});

/** One value, or one on each line, as in a log. */
function jsonsOf(code: string): string[] {
  return code.startsWith('{"') ? code.trimEnd().split('\n') : [code];
}

function unknownCommands(code: string): string[] {
  const scriptsOf = (path: string) =>
    (JSON.parse(textOf(path)) as { readonly scripts: Readonly<Record<string, string>> }).scripts;
  // A page may be of the project that the template makes.
  const scripts = { ...scriptsOf('package.json'), ...scriptsOf('create-tasktonic/template/package.json') };
  const npm = [...code.matchAll(/npm (?:run )?([\w:]+)/g)].map(([, name]) => name!);
  const built = [...code.matchAll(/node (dist\/\S+\.js)/g)].map(([, path]) => path!);
  return [
    ...npm.filter((name) => !['ci', 'create', 'install', 'init', 'pkg'].includes(name) && scripts[name] === undefined),
    ...built.filter((path) => !existsSync(ROOT + path)),
  ];
}
