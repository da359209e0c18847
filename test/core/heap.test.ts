import { expect } from 'chai';
import { Program } from '../support/program.js';
import { howMany, onlyWithAll } from '../support/how-many.js';

describe('a chain of sparkles', function () {
  this.timeout(120_000);
  const length = howMany(2_000_000, 20_000_000);

  it(`runs for ${length} sparkles in a heap that stays as it is`, async function () {
    onlyWithAll(this, 'millions of sparkles');
    const url = new URL('./programs/chain.ts', import.meta.url);
    const { out, err, code } = await new Program(url, [String(length)], ['--expose-gc']).exit();
    expect({ err, code }).to.deep.equal({ err: '', code: 0 });
    expect(out.at(-1)).to.equal(`ran ${length + 1}`);
    const heaps = out.filter((line) => line.startsWith('heap ')).map((line) => Number(line.slice(5)));
    expect(heaps).to.have.length(11);
    // The first look comes before the code is compiled and optimised.
    const [, second, ...later] = heaps;
    for (const heap of later) expect(heap - second!, `bytes of the heap: ${heaps.join()}`).to.be.lessThan(2e6);
  });
});
