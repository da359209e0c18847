import { expect } from 'chai';
import { Catalyst, Interest, NotifyPipe, type SelectorCatalyst, TimerSingleShot, Tonic } from '../../src/index.js';
import { Distiller, SeededRandom } from '../../src/testing/index.js';

/** Tells the next one of its ring, after a time by chance. */
class Gossip extends Tonic {
  next!: Gossip;
  ttsc__tell(news: number): void {
    const { random } = (this._ttScheduler as Catalyst).runtime;
    new TimerSingleShot({ seconds: 0.001 + Math.floor(random.next() * 3), sparkleBack: this.ttse__passOn });
    this.log.info(`heard ${news}`);
  }
  ttse__passOn(): void {
    this.next.ttsc__tell(this.id);
  }
}

class Village extends Catalyst {
  gossip!: Gossip;
  ttse__onStart(): void {
    this.gossip = new Gossip();
  }
}

/** What four Catalysts have to tell each other within a minute. */
async function traceOf(seed: number): Promise<string> {
  const distiller = await Distiller.start(undefined, { seed });
  const villages = [1, 2, 3, 4].map((nr) => distiller.infuse(() => new Village({ name: `village ${nr}` })));
  await distiller.settle();
  villages.forEach(({ gossip }, at) => (gossip.next = villages[(at + 1) % 4]!.gossip));
  for (const { gossip } of villages) gossip.ttsc__tell(0);
  await distiller.advance('1m');
  const trace = `${String(distiller)}\n${JSON.stringify([distiller.trace, distiller.lines])}`;
  await distiller.finish();
  return trace;
}

describe('a seed', () => {
  it('decides a run: the same one gives the same trace and log, byte for byte', async () => {
    const trace = await traceOf(4711);
    expect(trace.length).to.be.above(10_000);
    expect(await traceOf(4711)).to.equal(trace);
    expect(await traceOf(4712)).to.not.equal(trace);
  });

  it('decides which of several Catalysts comes first', async () => {
    const firsts = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const distiller = await Distiller.start(undefined, { seed });
      const villages = [1, 2].map((nr) => distiller.infuse(() => new Village({ name: `village ${nr}` })));
      await distiller.settle();
      for (const village of villages) village.gossip.ttsc__tell(0);
      const { sparkleTrace } = await distiller.sparkle({ count: 1 });
      firsts.add(String(villages.findIndex(({ gossip }) => gossip.id === sparkleTrace[0]!.id)));
      await distiller.finish();
    }
    expect([...firsts]).to.have.members(['0', '1']);
  });

  it('decides which of several ready channels comes first', async () => {
    const orders = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const distiller = await Distiller.start(undefined, { seed });
      const { selector } = distiller.main as SelectorCatalyst;
      const order: string[] = [];
      const pipes = ['a', 'b', 'c'].map((name) => {
        const pipe = new NotifyPipe();
        selector.register(pipe, Interest.READ, () => {
          pipe.read();
          order.push(name);
        });
        return pipe;
      });
      await distiller.settle();
      for (const pipe of pipes) pipe.write();
      await distiller.settle();
      orders.add(order.join(''));
      await distiller.finish();
    }
    expect([...orders]).to.have.members(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
  });

  it('is by chance where none is given, and taken from the environment where that has one', async () => {
    const asked = process.env['TASKTONIC_SEED'];
    try {
      delete process.env['TASKTONIC_SEED'];
      const [a, b] = [await Distiller.start(), await Distiller.start()];
      expect(a.seed).to.not.equal(b.seed);
      process.env['TASKTONIC_SEED'] = '12345';
      const c = await Distiller.start();
      expect(c.seed).to.equal(12345);
      for (const distiller of [a, b, c]) await distiller.finish();
    } finally {
      if (asked === undefined) delete process.env['TASKTONIC_SEED'];
      else process.env['TASKTONIC_SEED'] = asked;
    }
  });
});

describe('a seeded stream of random numbers', () => {
  it('is xoshiro128**, as its authors publish it', () => {
    // The state that splitmix32 makes of seed 0, run through the reference algorithm with BigInt.
    const random = new SeededRandom(0);
    const reference = referenceOf(0);
    for (let nr = 0; nr < 1_000; nr++) expect(random.next()).to.equal(reference());
  });

  it('gives numbers from 0 to 1, evenly', () => {
    const random = new SeededRandom(1);
    const buckets = new Array<number>(10).fill(0);
    for (let nr = 0; nr < 100_000; nr++) buckets[Math.floor(random.next() * 10)]!++;
    for (const count of buckets) expect(count).to.be.within(9_600, 10_400);
  });

  it('has forks that depend on nothing but seed and label', () => {
    const [a, b] = [new SeededRandom(9), new SeededRandom(9)];
    a.next();
    a.fork('other').next();
    expect(a.fork('x').next()).to.equal(b.fork('x').next());
    expect(a.fork('x').next()).to.not.equal(a.fork('y').next());
    expect(new SeededRandom(10).fork('x').next()).to.not.equal(a.fork('x').next());
  });

  it('shuffles a list into all its orders, evenly', () => {
    const random = new SeededRandom(2);
    const counts = new Map<string, number>();
    for (let nr = 0; nr < 6_000; nr++) {
      const list = ['a', 'b', 'c'];
      random.shuffle(list);
      counts.set(list.join(''), (counts.get(list.join('')) ?? 0) + 1);
    }
    expect(counts.size).to.equal(6);
    for (const count of counts.values()) expect(count).to.be.within(850, 1_150);
  });
});

/** The same generator written apart from it, in the plainest way. */
function referenceOf(seed: bigint | number): () => number {
  const M = 0xffff_ffffn;
  let fill = BigInt(seed);
  const splitmix = (): bigint => {
    fill = (fill + 0x9e3779b9n) & M;
    let z = fill;
    z = ((z ^ (z >> 16n)) * 0x21f0aaadn) & M;
    z = ((z ^ (z >> 15n)) * 0x735a2d97n) & M;
    return z ^ (z >> 15n);
  };
  const s = [splitmix(), splitmix(), splitmix(), splitmix()] as [bigint, bigint, bigint, bigint];
  const rotl = (x: bigint, k: bigint): bigint => ((x << k) | (x >> (32n - k))) & M;
  const next = (): bigint => {
    const result = (rotl((s[1] * 5n) & M, 7n) * 9n) & M;
    const t = (s[1] << 9n) & M;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 11n);
    return result;
  };
  return () => Number(((next() >> 5n) << 26n) + (next() >> 6n)) / 2 ** 53;
}
