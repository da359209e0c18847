import { expect } from 'chai';
import { Peer, closePeers } from './support/peer.js';
import { type Message, Program, endPrograms } from './support/program.js';
import { howMany } from '../support/how-many.js';

/** Threads that come and go: `TT_CYCLES=1000` makes it a thousand. */
const TIMES = Number(process.env['TT_CYCLES'] ?? howMany(16, 60));
const ROUNDS = 3;
const CYCLES = Math.ceil(TIMES / (ROUNDS + 1));
/** What the heap may differ by: a leak of 50 KB for each of 12 threads would show, in CI of 13 KB, and a hub that keeps a link is more. */
const FLAT = 600_000;
const CALLS = howMany(5_000, 20_000);
/** So many orders the queue of the flooded one may hold: who waits for more waits for all of them. */
const QUEUE = 100_000;

interface Counts extends Message {
  readonly resources: readonly string[];
  readonly ledger: number;
  readonly highestId: number;
  /** Links, callbacks and Tonics that are held for other threads. */
  readonly held: Readonly<Record<'links' | 'callbacks' | 'tonics', number>>;
  readonly heap: number;
}

async function finish(program: Program): Promise<void> {
  await program.ask('finish');
  expect(await program.heard('over')).to.deep.include({ exitCode: 0, left: [] });
  expect((await program.ended).code).to.equal(0);
}

describe('threads under load', function () {
  this.timeout(60_000);

  afterEach(async () => {
    await closePeers();
    await endPrograms();
  });

  it(`${TIMES} that came, worked and went, some by force, leave nothing behind`, async function () {
    this.timeout(60_000 + TIMES * 1_000);
    const program = new Program('threads-soak', { flags: ['--expose-gc'], args: ['cycles', String(CYCLES)] });
    const cycle = async (): Promise<Counts> => {
      await program.ask('cycle');
      await program.heard('cycled');
      return (await program.ask('counts')) as Counts;
    };
    const before = await cycle();
    let after = before;
    for (let round = 0; round < ROUNDS; round++) after = await cycle();
    const grown = after.heap - before.heap;
    console.log(`      ${TIMES} threads: ${JSON.stringify({ ...after, heap: undefined, kind: undefined, grown })}`);
    expect(after.resources).to.deep.equal([]);
    // The one more is the Tonic that spawns.
    expect(after.held).to.deep.equal({ links: 0, callbacks: 0, tonics: 1 });
    expect(after.highestId).to.be.at.most(before.highestId + 32);
    expect(after.ledger).to.equal(before.ledger);
    expect(after).to.include({ worked: (ROUNDS + 1) * CYCLES, calledBack: (ROUNDS + 1) * CYCLES });
    expect(grown, 'bytes that the heap grew by').to.be.below(FLAT);
    await finish(program);
  });

  it(`lose and double nothing of ${4 * CALLS} mixed calls to each other`, async () => {
    const program = new Program('threads-soak', { args: ['mixed', String(CALLS)] });
    await program.heard('sent');
    let totals = await program.ask('totals');
    const missing = ({ sent, received }: Message): number =>
      (sent as number[]).reduce((sum, count, at) => sum + count - (received as number[])[at]!, 0);
    for (let tries = 0; missing(totals) > 0 && tries < 5_000; tries++) totals = await program.ask('totals');
    expect(totals['received']).to.deep.equal(totals['sent']);
    expect((totals['sent'] as number[]).reduce((sum, count) => sum + count)).to.be.above(2 * CALLS);
    // What is doubled would come after the last one.
    await finish(program);
    expect(program.output).to.not.include('WRONG').and.not.include('TT_');
  });

  it('double nothing and account for what they lose where one of them dies again and again', async () => {
    const program = new Program('threads-soak', { args: ['killing', String(howMany(2_000, 3_000))] });
    const killed = await program.heard('killed');
    expect((await program.ended).code).to.equal(0);
    const lost = program.output
      .split('\n')
      .filter((line) => line.includes('TT_ORDERS_LOST'))
      .map((line) => Number(/ttsc__hit(?: \((\d+)\))?/.exec(line)?.[1] ?? (line.includes('ttsc__hit') ? 1 : 0)));
    expect(killed).to.include({ doubled: 0 });
    expect(killed['deaths']).to.be.above(5);
    expect(lost.reduce((sum, count) => sum + count, 0)).to.equal(killed['missing']);
  });

  it('that flood each other both hear all of it', async () => {
    const program = new Program('threads-soak', { args: ['flood', String(howMany(60_000, 200_000))] });
    await program.heard('flooded');
    await finish(program);
  });

  it('that wait for the end of each other both end at their deadline', async () => {
    const program = new Program('threads-soak', { args: ['waiting'] });
    expect(await program.heard('over')).to.deep.include({ exitCode: 0, left: [] });
    expect((await program.ended).code).to.equal(0);
    expect(program.output).to.include('TT_ABORTED');
  });

  it('that flood the main one leave its server answering, and its memory bounded', async () => {
    const program = new Program('threads-soak', { flags: ['--expose-gc'], args: ['hose'] });
    const port = await program.port();
    const peer = await Peer.connect(port);
    const dropped = async (): Promise<number> => (await program.ask('drops'))['drops'] as number;
    // In drops and not in ms: a busy machine is slow with both. The middle of many, since the machine may stop one echo.
    const waitedFor: number[] = [];
    for (let before = await dropped(); before <= howMany(15_000, 100_000) || waitedFor.length < 40;) {
      await peer.echo('hello');
      const after = await dropped();
      waitedFor.push(after - before);
      before = after;
    }
    const middle = waitedFor.sort((a, b) => a - b)[waitedFor.length >> 1];
    expect(middle, 'drops that an echo waited for').to.be.below(QUEUE / 2);
    const { rss } = await program.ask('drops');
    expect(rss).to.be.below(600_000_000);
    expect(program.output).to.not.include('WRONG');
  });
});
