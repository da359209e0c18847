import { expect } from 'chai';
import { Tonic } from '../../src/index.js';
import { Distiller, explore } from '../../src/testing/index.js';
import { expectRejection } from '../support/errors.js';

class Clerk extends Tonic {
  ttsc__complain(): void {
    this.log.warn(`no ink in pen ${this.id}`);
  }
  ttse__onDraining(): void {}
}

const lines = (text: string): string[] => text.split('\n');
const widest = (text: string): number => Math.max(...lines(text).map(({ length }) => length));

describe('a report', () => {
  let distiller: Distiller;

  beforeEach(async () => void (distiller = await Distiller.start(undefined, { seed: 1 })));
  afterEach(async () => void (await distiller.finish()));

  it('has few faults whole', () => {
    for (let nr = 0; nr < 3; nr++) distiller.chance(1, 'crash', `part ${nr}`);
    expect(lines(distiller.report())[1]).to.equal('faults: crash #0 of part 0, crash #0 of part 1, crash #0 of part 2');
  });

  it('counts by their kinds what is more than a few', () => {
    for (let nr = 0; nr < 500; nr++) distiller.chance(1, nr % 5 === 0 ? 'reset' : 'loss', `part ${nr}`);
    const [, faults] = lines(distiller.report());
    expect(faults)
      .to.match(/^faults: reset #0 of part 0, loss #0 of part 1, /)
      .and.to.match(/loss #0 of part 9, and 490 more: 392 loss, 98 reset$/);
  });

  it('stays short where there are many kinds, too', () => {
    for (let nr = 0; nr < 500; nr++) distiller.chance(1, `kind ${nr}`);
    expect(lines(distiller.report())[1]).to.match(/1 kind 19, 480 other kinds$/);
  });

  it('tells which Tonics have not met the last contract', async () => {
    distiller.infuse(() => new Clerk({ name: 'clerk' }));
    const tonics = {
      clerk: { tillStateIn: 'busy' },
      Clerk: { stopOnProbe: { finished: false } },
      boss: { tillStateIn: 'in' },
    };
    await distiller.sparkle({ timeout: 1, contract: { tonics } });
    expect(lines(distiller.report())[1]).to.equal('contract: 1 of 3 matched, and not clerk, boss');
  });

  it('says nothing of a contract that was met', async () => {
    distiller.infuse(() => new Clerk({ name: 'clerk' }));
    await distiller.sparkle({ timeout: 1, contract: { tonics: { clerk: { stopOnProbe: { finished: false } } } } });
    expect(distiller.report()).not.to.include('contract');
    await distiller.sparkle({ timeout: 1, contract: { tonics: {}, probes: 'finished' } });
    expect(distiller.report()).not.to.include('contract');
  });

  it('counts five hundred that have not met it', async () => {
    const names = Array.from({ length: 500 }, (_, nr) => `clerk ${nr}`);
    for (const name of names) distiller.infuse(() => new Clerk({ name }));
    const tonics = Object.fromEntries(names.map((name) => [name, { tillStateIn: 'busy' }]));
    await distiller.sparkle({ timeout: 1, contract: { tonics } });
    expect(lines(distiller.report())[1]).to.match(
      /^contract: 0 of 500 matched, and not clerk 0, .*, and 490 more: 490 clerk \.\.\.$/,
    );
    expect(widest(distiller.report())).to.be.below(200);
  });

  it('tells lines of the log that differ in numbers only once', async () => {
    for (let nr = 0; nr < 500; nr++) distiller.infuse(() => new Clerk()).ttsc__complain();
    await distiller.settle();
    const log = lines(distiller.report()).slice(-2);
    expect(log[0]).to.equal('log:');
    expect(log[1]).to.match(/WARN 01\.Clerk ttsc__complain: no ink in pen 1 \(and 499 more like it\)$/);
  });

  it('of explore() has five hundred faults that are needed in one line, and all of them for programs', async () => {
    const body = ({ chance }: Pick<Distiller, 'chance'>): void => {
      let count = 0;
      for (let nr = 0; nr < 500; nr++) if (chance(1, 'crash', `part ${nr}`)) count++;
      if (count === 500) throw new Error('all are gone');
    };
    const run = explore({ runs: 1, seed: 1, app: () => {}, shrinkRuns: 5 }, (world) =>
      body({ chance: (...args) => world.chance(...args) }),
    );
    const { message, details } = await expectRejection(run, 'TT_EXPLORE_FAILED');
    expect(details['faults']).to.have.length(500);
    expect(message).to.match(/It needs crash #0 of part 0, .* and 490 more: 490 crash\.\n/);
    expect(widest(message)).to.be.below(300);
  });

  it('of what was left open has many in few words', async () => {
    const left = explore({ runs: 1, app: () => {}, shrinkRuns: 0 }, (world) => {
      for (let nr = 0; nr < 500; nr++) world.infuse(() => new Clerk({ drainTimeout: Infinity }));
    });
    const { message } = await expectRejection(left, 'TT_EXPLORE_FAILED');
    expect(lines(message)[0]).to.match(/10\.Clerk, .*and 49\d more: 49\d Clerk/);
  });
});
