import { readFileSync, readdirSync } from 'node:fs';
import { expect } from 'chai';
import { MUTATIONS } from './mutations.js';
import { ORDINARY_MUTATIONS } from './ordinary-mutations.js';
import { MutatedTree, exploreHere, mutated } from './support/mutated-tree.js';
import { howMany } from '../support/how-many.js';

const SEED = 1;
const RUNS = 1_000;
const RUNS_WITHOUT = 200;
/** So many of each program are run with all tests, so that it stays in step with the source. */
const RUNS_ALWAYS = howMany(2, 5);

const ASKED = process.env['TT_MUTATION'] === '1';
const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const PROGRAMS = [...new Set(MUTATIONS.map(({ program }) => program))];

describe('bugs put in on purpose', function () {
  this.timeout(ASKED ? 600_000 : 60_000);

  it('are of all kinds, each at a place that is there once', () => {
    const kinds = new Set(MUTATIONS.map(({ kind }) => kind));
    expect(kinds).to.include.all.keys('missing bound', 'lost wake-up', 'split frame', 'unhandled reset', 'late timer');
    for (const mutation of [...MUTATIONS, ...ORDINARY_MUTATIONS]) {
      const source = read(mutation.file);
      expect(mutated(source, mutation)).not.to.equal(source);
    }
    const programs = readdirSync(new URL('./programs/', import.meta.url)).map((name) => name.replace(/\.ts$/, ''));
    expect(programs).to.include.members(PROGRAMS);
  });

  it('are thirty at least, and the tests that must find those of the second list are there', () => {
    expect(MUTATIONS.length + ORDINARY_MUTATIONS.length).to.be.at.least(30);
    for (const { test, sentence } of ORDINARY_MUTATIONS)
      expect(holdsSentence(read(test), sentence), `${test}: ${sentence}`).to.equal(true);
  });

  for (const program of PROGRAMS) {
    it(`are not in the source: ${program} passes`, async () => {
      expect(await exploreHere(program, RUNS_ALWAYS, SEED)).to.deep.equal({ found: false });
    });
  }

  let tree: MutatedTree | undefined;
  /** Makes the tree where they are asked for. */
  const prepare = async function (this: Mocha.Context): Promise<void> {
    if (!ASKED) {
      process.stdout.write('    (skipped: they take minutes; TT_MUTATION=1 runs them)\n');
      return this.skip();
    }
    tree ??= await MutatedTree.make();
    return undefined;
  };
  after(() => tree?.remove());

  describe('are found by an ordinary test', () => {
    before(prepare);

    it('which passes without them', async () => {
      const places = new Set(ORDINARY_MUTATIONS.map(({ sentence }) => sentence));
      expect(await tree!.test(ORDINARY_MUTATIONS)).to.deep.equal({ ran: places.size, failed: [] });
    });

    for (const mutation of ORDINARY_MUTATIONS) {
      it(mutation.what, async () => {
        const { failed } = await tree!.testWith(mutation);
        expect(failed, `"${mutation.sentence}" has not found it`).to.have.length(1);
        process.stdout.write(`      found: ${failed[0]}\n`);
      });
    }
  });

  describe(`are found by explore() within ${RUNS} runs`, () => {
    before(prepare);

    for (const program of PROGRAMS) {
      it(`and without one ${program} passes ${RUNS_WITHOUT} runs`, async () => {
        expect(await tree!.explore(program, RUNS_WITHOUT, SEED)).to.deep.equal({ found: false });
      });
    }

    for (const mutation of MUTATIONS) {
      it(`${mutation.kind}: ${mutation.what}`, async () => {
        const { found, run = Infinity, faults = [], message } = await tree!.exploreWith(mutation, RUNS, SEED);
        expect(found, `${mutation.program} has not found it`).to.be.true;
        expect(run).to.be.at.most(RUNS);
        const needs = faults.length === 0 ? 'no fault' : faults.join(', ');
        process.stdout.write(`      found in run ${run}, needs ${needs}: ${message?.split('\n')[0]}\n`);
      });
    }
  });
});

/** Whether a test has that sentence, as it is written or as its template gives it. */
function holdsSentence(source: string, sentence: string): boolean {
  if (source.includes(sentence)) return true;
  const templates = source.matchAll(/\bit\(`([^`]*)`/g);
  return [...templates].some(([, template]) => {
    const parts = template!.split(/\$\{[^}]*\}/).map((part) => part.replace(/[^\w ]/g, '\\$&'));
    return new RegExp(`^${parts.join('.+')}$`).test(sentence);
  });
}
