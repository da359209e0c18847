import { expect } from 'chai';
import { Peer, closePeers, connectMany } from './support/peer.js';
import { Program, endPrograms } from './support/program.js';
import { howMany } from '../support/how-many.js';

function percentile(times: readonly number[], part: number): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length * part)]!;
}

const MANY = howMany(20_000, 100_000);

describe('Beside Tonics that queue themselves for ever', () => {
  afterEach(async () => {
    await closePeers();
    await endPrograms();
  });

  async function sparkles(server: Program): Promise<number> {
    return (await server.ask('sparkles'))['sparkles'] as number;
  }

  it('(one of them) echo goes on, at the price of a turn', async () => {
    const server = new Program('echo-server', { args: ['{"selfQueueing":1}'] });
    const peer = await Peer.connect(await server.port());
    const before = await sparkles(server);
    const times: number[] = [];
    for (let count = 0; count < 300; count++) times.push(await peer.echo('hello'));
    expect(percentile(times, 0.5), 'median, ms').to.be.below(25);
    expect(percentile(times, 0.99), 'p99, ms').to.be.below(100);
    expect(await sparkles(server), 'and it runs all the time').to.be.above(before + 100_000);
  });

  it(`(${MANY} of them) the network is not silenced: old and new connections are served`, async function () {
    this.timeout(20_000);
    const server = new Program('echo-server', { args: [`{"selfQueueing":${MANY}}`] });
    const port = await server.port();
    const peers = await connectMany(port, 50);
    const times: number[] = [];
    const talk = async (peer: Peer): Promise<void> => {
      for (let count = 0; count < 10; count++) times.push(await peer.echo('hello'));
    };
    await Promise.all(peers.map(talk));
    await talk(await Peer.connect(port));
    expect(times.length).to.equal(510);
    expect(percentile(times, 1 - 1 / 510), 'the longest, ms').to.be.below(3_000);
    const before = await sparkles(server);
    await peers[0]!.echo('hello');
    expect(await sparkles(server), 'and they run all the time').to.be.above(before);
  });
});
