import { expect } from 'chai';
import { nodeNetwork } from '../../../src/index.js';
import { Descriptors, descriptors, ProcessDescriptors } from '../../doors/selector.js';
import { VirtualBench } from '../../support/bench.js';
import { until } from '../../robustness/support/later.js';

const RESERVE = 8;
const SPARES = 3;

/** A process whose descriptors a test holds: `open` is what the app has. */
class FakeProcess {
  looks = 0;
  open = 20;
  spares = 0;
  constructor(
    readonly limit = 64,
    readonly quick = true,
    /** How long a look takes, in ms. */
    readonly bench = new VirtualBench(),
    readonly costs = 0,
  ) {}
  inUse(): number {
    this.looks++;
    this.bench.stall(this.costs);
    return this.open + this.spares;
  }
  take(): (() => void) | undefined {
    if (this.open + this.spares >= this.limit) return undefined;
    this.spares++;
    return () => void this.spares--;
  }
}

const made = (process: FakeProcess): { all: Descriptors; bench: VirtualBench } => ({
  all: new Descriptors(process, process.bench.held),
  bench: process.bench,
});

describe('the descriptors of a process', () => {
  it('allow as many connections as are left, less a reserve', () => {
    const { all } = made(new FakeProcess());
    expect(all.most).to.equal(64 - 20 - RESERVE);
  });

  it('allow any number where the limit is not known, and are not looked at', async () => {
    const process = new FakeProcess(Infinity);
    const { all, bench } = made(process);
    const told: number[] = [];
    all.watch((most) => told.push(most));
    all.listen(() => {});
    const { looks } = process;
    await bench.pass(5_000);
    expect(all.refuses()).to.equal(false);
    expect([told, process.looks, process.spares]).to.deep.equal([[Infinity], looks, 0]);
  });

  it('tell again when the app has opened files, and when it has closed them', async () => {
    const process = new FakeProcess();
    const { all, bench } = made(process);
    const told: number[] = [];
    const unwatch = all.watch((most) => told.push(most));
    process.open += 10;
    await bench.pass(1_000);
    process.open -= 4;
    await bench.pass(1_000);
    unwatch();
    process.open += 1;
    await bench.pass(5_000);
    expect(told).to.deep.equal([36, 26, 30]);
  });

  it('count our own connections among those that there may be', async () => {
    const process = new FakeProcess();
    const { all, bench } = made(process);
    const told: number[] = [];
    all.watch((most) => told.push(most));
    for (let n = 0; n < 5; n++) {
      process.open++;
      all.opened();
    }
    await bench.pass(1_000);
    process.open++;
    all.opened('other');
    await bench.pass(1_000);
    expect(told).to.deep.equal([36, 35]);
  });

  it('refuse what would go into the reserve, also where the app has opened a file just now', () => {
    const process = new FakeProcess();
    const { all } = made(process);
    process.open = 64 - RESERVE;
    expect(all.refuses(), 'the last one that fits').to.equal(false);
    process.open++;
    expect(all.refuses()).to.equal(true);
    process.open--;
    expect(all.refuses()).to.equal(false);
  });

  it('are looked at every second, ten times as often where few are left, and keep no process alive', async () => {
    for (const { limit, looks } of [
      { limit: 10_000, looks: 3 },
      { limit: 64, looks: 30 },
    ]) {
      const process = new FakeProcess(limit);
      const { all, bench } = made(process);
      const unwatch = all.watch(() => {});
      const before = process.looks;
      await bench.pass(3_000);
      expect(process.looks - before).to.equal(looks);
      expect(bench.held.holding).to.equal(0);
      unwatch();
      await bench.pass(3_000);
      expect(process.looks - before).to.equal(looks);
    }
  });

  it('are not looked at by a thousand accepts of one ms, where many are left', () => {
    const process = new FakeProcess(10_000);
    const { all } = made(process);
    for (let n = 0; n < 1_000; n++) {
      process.open++;
      expect(all.refuses()).to.equal(false);
      all.opened();
    }
    expect(process.looks).to.equal(1);
    expect(all.most).to.equal(10_000 - 20 - RESERVE);
  });

  it('are looked at again when the app may have taken what was left: the later the more that is', async () => {
    const process = new FakeProcess(64 * 8 + 20 + RESERVE);
    const { all, bench } = made(process);
    all.refuses();
    const { looks } = process;
    await bench.pass(7);
    all.refuses();
    expect(process.looks).to.equal(looks);
    await bench.pass(1);
    all.refuses();
    expect(process.looks).to.equal(looks + 1);
  });

  it('take a fiftieth of the time at most where a look is long, and are counted in between', () => {
    const bench = new VirtualBench();
    const process = new FakeProcess(64, false, bench, 2);
    const { all } = made(process);
    for (let n = 0; n < 36; n++) {
      process.open++;
      expect(all.refuses()).to.equal(false);
      all.opened();
    }
    expect(all.refuses()).to.equal(true);
    expect(process.looks).to.equal(1);
    bench.stall(100);
    expect(all.refuses()).to.equal(false);
    expect(process.looks).to.equal(2);
  });

  describe('of which the app has taken every one', () => {
    it('are told once each time that this begins', async () => {
      const process = new FakeProcess();
      const { all, bench } = made(process);
      let times = 0;
      all.listen(() => times++);
      expect(process.spares).to.equal(SPARES);
      process.open = 64 - SPARES;
      await bench.pass(100);
      // It takes the spare, too.
      process.open++;
      await bench.pass(3_000);
      expect(times).to.equal(1);
      // A few that come free are not the end of it.
      process.open -= 4;
      await bench.pass(1_000);
      process.open += 4;
      await bench.pass(1_000);
      expect(times, 'the same time').to.equal(1);
      process.open = 20;
      await bench.pass(1_000);
      process.open = 64 - SPARES;
      await bench.pass(1_000);
      expect(times).to.equal(2);
    });

    it('have one more, which was kept for this: so the next peer is heard, and refused', async () => {
      const process = new FakeProcess();
      const { all, bench } = made(process);
      all.listen(() => {});
      process.open = 64 - SPARES;
      await bench.pass(100);
      expect(process.spares).to.equal(SPARES - 1);
      // A peer that is heard has it for a moment.
      process.open++;
      expect(all.refuses()).to.equal(true);
      process.open--;
      await bench.pass(3_000);
      expect(process.spares, 'nobody else took it').to.equal(SPARES - 1);
    });

    it('have another one where the app has taken that, too', async () => {
      const process = new FakeProcess();
      const { all, bench } = made(process);
      all.listen(() => {});
      process.open = 64 - SPARES;
      await bench.pass(100);
      process.open++;
      await bench.pass(100);
      expect(process.spares).to.equal(SPARES - 2);
    });

    it('are taken back when the app has given up some, and given up when nobody listens', async () => {
      const process = new FakeProcess();
      const { all, bench } = made(process);
      const unlisten = all.listen(() => {});
      process.open = 64 - SPARES;
      await bench.pass(100);
      process.open = 20;
      await bench.pass(100);
      expect(process.spares).to.equal(SPARES);
      unlisten();
      expect(process.spares).to.equal(0);
    });
  });
});

describe('the descriptors of this process', () => {
  const own = new ProcessDescriptors();

  it('are counted, each that is taken and given back', function () {
    const before = own.inUse();
    if (before === undefined) {
      console.log('      skipped: this system does not list them');
      return this.skip();
    }
    const back = [own.take()!, own.take()!];
    expect(own.inUse()).to.equal(before + 2);
    for (const give of back) give();
    expect(own.inUse()).to.equal(before);
    expect(own.limit).to.be.greaterThan(before);
    return undefined;
  });

  it('count a UDP socket while it is open, and no longer', async () => {
    const before = descriptors.sockets;
    const settings = { family: 4, host: '127.0.0.1', port: 0, remote: undefined, reuseAddress: false, ipv6Only: false };
    const options = { broadcast: false, receiveBuffer: undefined, sendBuffer: undefined, multicast: undefined };
    const socket = nodeNetwork.bind({ ...settings, ...options } as never);
    await until(() => descriptors.sockets === before + 1, 'it is counted');
    socket.close();
    await until(() => descriptors.sockets === before, 'it is counted no more');
  });
});
