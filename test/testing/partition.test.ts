import { expect } from 'chai';
import { type PartitionRun, runPartition } from './support/partition.js';
import { howMany, onlyWithAll } from '../support/how-many.js';

/** What happened, line by line: each packet, each fault, each sparkle. */
const traceOf = ({ events, distiller }: PartitionRun): string[] => [
  ...events.map(({ at, kind, what, count = '' }) => `${at} ${kind} ${what} ${count}`),
  ...distiller.toString().split('\n'),
];

/** The first lines in which two traces differ; none where they are the same, byte for byte. */
const difference = (one: readonly string[], other: readonly string[]): string[] => {
  const at = one.findIndex((line, nr) => line !== other[nr]);
  if (at < 0 && one.length === other.length) return [];
  return [`line ${at}`, one[at] ?? 'nothing', other[at] ?? 'nothing'];
};

const ALL = 1_000_000;
const CLIENTS = howMany(300, 500);
/** Enough where traces are compared. */
const FEWER = howMany(30, 100);

describe(`a server and ${CLIENTS} clients through a partition of two minutes`, function () {
  // It takes about a second of one processor; this bound is for machines that many share.
  this.timeout(120_000);

  let first: PartitionRun;

  const run = async (seed: number, clients: number, trace: number | false): Promise<PartitionRun> => {
    const ran = await runPartition({ seed, clients, trace });
    expect(ran.distiller.dropped).to.equal(0);
    return ran;
  };

  before(async () => void (first = await run(1, CLIENTS, false)));

  it('come together again, and no booking that was confirmed is lost', () => {
    const { distiller, bookers, book, open } = first;
    expect(distiller.clock.now()).to.equal(7 * 60_000);
    expect(open, 'connections before, at the end of and after the partition').to.deep.equal([CLIENTS, 0, CLIENTS]);
    expect(bookers.length).to.equal(CLIENTS);
    for (const { name, state, confirmed, losses, failures, strange } of bookers) {
      expect(strange, `lines that ${name} did not understand`).to.deep.equal([]);
      expect(state, name).to.equal('done');
      expect(confirmed, name).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      for (const nr of confirmed) expect(book.has(name, nr), `${nr} of ${name}`).to.be.true;
      expect(losses, `connections that ${name} lost`).to.be.at.least(1);
      expect(failures, `errors that ${name} heard`).to.be.at.least(1);
    }
    expect(book.repeated, 'bookings whose first answer was lost').to.be.greaterThan(0);
  });

  it('come back spread over time, not all at once', () => {
    const { events } = first;
    const perSecond = new Map<number, number>();
    for (const { at, kind } of events) {
      if (kind === 'open' && at > 180_000)
        perSecond.set(Math.floor(at / 1000), (perSecond.get(Math.floor(at / 1000)) ?? 0) + 1);
    }
    expect(Math.max(...perSecond.values())).to.be.lessThan(CLIENTS / 4);
    expect(perSecond.size).to.be.greaterThan(10);
  });

  it('end in order and leave nothing open', async () => {
    const finished = await first.distiller.finish();
    expect(finished).to.include({ exitCode: 0, error: undefined });
    expect(finished.leftOpen).to.be.empty;
  });

  it('do the same again with the same seed, byte for byte, and something else with another', async function () {
    onlyWithAll(this, '300 clients');
    const traceWith = async (seed: number): Promise<string[]> => {
      const ran = await run(seed, FEWER, ALL);
      await ran.distiller.finish();
      return traceOf(ran);
    };
    const trace = await traceWith(1);
    expect(trace.length).to.be.greaterThan(200 * FEWER);
    expect(difference(trace, await traceWith(1))).to.deep.equal([]);
    expect(difference(trace, await traceWith(2))).not.to.deep.equal([]);
  });
});
