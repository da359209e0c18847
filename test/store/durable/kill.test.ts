import { expect } from 'chai';
import { howMany } from '../../support/how-many.js';
import { Program } from '../../support/program.js';
import { contentOf, Heard, Places } from './support/kept.js';

const places = new Places();
afterEach(() => places.tidyUp());

const WRITER = new URL('./programs/writer.ts', import.meta.url);

describe('a Store on disk whose process is killed', () => {
  for (const [durability, few, all] of [
    ['process', 4, 20],
    ['disk', 1, 5],
  ] as const)
    it(`has all that was acknowledged, and whole batches only, again and again (${durability})`, async function () {
      this.timeout(60_000);
      const options = { directory: places.directory(), durability };
      let before = 0;
      for (let round = 0; round < howMany(few, all); round++) {
        // Each time at another moment: while it writes its first batches, or a snapshot.
        const enough = before + 1 + ((round * 397) % 2_000);
        const program = new Program(WRITER, [options.directory, durability, String(enough)]);
        await program.wrote('enough');
        program.signal('SIGKILL');
        const { out, err } = await program.exit();
        expect(err.replace(/^\d+ bytes of .* are left out.*\n/, '')).to.equal('');
        const acknowledged = Number(/\d+/.exec(out.findLast((line) => line.startsWith('acknowledged'))!));
        expect(acknowledged).to.be.at.least(enough);

        const { version, values } = await contentOf(options, new Heard());
        expect(version, `round ${round}`).to.be.at.least(acknowledged);
        expect([values.get('first'), values.get('last')]).to.deep.equal([version, version]);
        for (let n = Math.max(1, version - 499); n <= version; n++) expect(values.get(`n${n % 500}`)).to.equal(n);
        before = version;
      }
    });
});
