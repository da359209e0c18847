import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { transformSync } from 'esbuild';
import { expect } from 'chai';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

describe('The client of a Store, as a browser gets it', () => {
  const code = read('dist/lib/store-client.js');

  it('stands alone: it imports nothing, and needs nothing of Node', () => {
    expect(code).to.not.match(/^\s*import\b|\bimport\(|\brequire\(|\bprocess\b|\bBuffer\b/m);
  });

  it('is as small as its page says', () => {
    const size = gzipSync(transformSync(code, { minify: true, format: 'esm' }).code, { level: 9 }).length;
    const [, said] = /<!-- client size -->([\d.]+) kB/.exec(read('docs/use/store-in-the-browser.md'))!;
    expect(size / 1_000).to.be.closeTo(Number(said), 0.15);
    expect(size).to.be.lessThan(5_500);
  });
});
