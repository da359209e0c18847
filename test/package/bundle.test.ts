import { readFileSync, readdirSync, statSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { expect } from 'chai';

const ROOT = new URL('../../', import.meta.url).pathname;
const LIB = `${ROOT}dist/lib/`;
const files = readdirSync(LIB).filter((name) => name.endsWith('.js'));
const read = (path: string): string => readFileSync(path, 'utf8');

/** The line in the TypeScript, as a stack shows it, and the next one, where an argument may stand; both numbers count from 0. */
function sourceLineOf(file: string, line: number, column: number): { path: string; text: string } {
  const map = new SourceMap(JSON.parse(read(`${LIB}${file}.map`)) as ConstructorParameters<typeof SourceMap>[0]);
  const entry = map.findEntry(line, column);
  if (!('originalSource' in entry)) throw new Error(`${file}:${line + 1} leads nowhere`);
  const path = new URL(entry.originalSource, `file://${LIB}`).pathname;
  return {
    path,
    text: read(path)
      .split('\n')
      .slice(entry.originalLine, entry.originalLine + 2)
      .join('\n'),
  };
}

describe('the files of the package', () => {
  it('lead a stack to the line of the TypeScript', () => {
    const led = files.flatMap((file) =>
      read(LIB + file)
        .split('\n')
        .flatMap((text, line) =>
          [...text.matchAll(/fail\('(TT_\w+)'/g)].map(({ 1: code, index }) => ({
            code: code!,
            ...sourceLineOf(file, line, index),
          })),
        ),
    );
    expect(led.length).to.be.greaterThan(100);
    expect(led.filter(({ code, text }) => !/^.*fail\(/.test(text) || !text.includes(code))).to.deep.equal([]);
    expect(led.filter(({ path }) => !path.startsWith(`${ROOT}src/`))).to.deep.equal([]);
  });

  it('have maps that are read in no time: small, and without the sources', () => {
    const maps = files.map((file) => `${LIB}${file}.map`);
    expect(maps.reduce((all, path) => all + statSync(path).size, 0)).to.be.lessThan(310_000);
    for (const path of maps) expect(JSON.parse(read(path))).to.not.have.property('sourcesContent');
  });

  it('load modules at run time from one small file, which is all that a loader has to make anew', () => {
    const withImport = files.filter((file) => /\bimport\((?!workerData\.)/.test(read(LIB + file)));
    expect(withImport).to.have.members(['cli.js', 'loads.js']);
    expect(statSync(`${LIB}loads.js`).size).to.be.lessThan(2_000);
  });
});
