import { expect } from 'chai';
import { Interest, type TaskTonicError } from '../../../../src/index.js';
import { Dialler, type DialDependencies, type DialSettings, PolledKey } from '../../../doors/tonics.js';
import { FakeNetwork, type FakeStream, systemError } from '../../../support/fake-network.js';
import { VirtualBench } from '../../../support/bench.js';

const PLAIN: DialSettings = {
  host: 'far',
  port: 7,
  family: 0,
  connectTimeout: 10_000,
  stream: { noDelay: true, keepAlive: undefined },
  retries: Infinity,
  retryDelay: 100,
  retryCap: 1_000,
  giveUpAfter: Infinity,
  stableAfter: 5_000,
};

/** A Dialler whose network, time and chance are in the hands of the test. */
class Bench {
  readonly time = new VirtualBench();
  readonly clock = this.time.held;
  readonly network = new FakeNetwork();
  /** What it told, in order. */
  readonly told: string[] = [];
  readonly errors: TaskTonicError[] = [];
  /** The part of a wait that chance has. */
  chance = 0.999_999;
  onFailed: (() => void) | undefined;
  key: PolledKey | undefined;
  /** What the key was ready with after it had been handed over. */
  readyAfter = 0;
  readonly dialler: Dialler<PolledKey>;

  constructor(settings: Partial<DialSettings> = {}) {
    const { clock, network } = this;
    const means: DialDependencies<PolledKey> = {
      network,
      random: { next: () => this.chance },
      now: () => clock.now(),
      after(ms, due) {
        const timer = clock.setTimer(due, ms);
        return () => clock.clearTimer(timer);
      },
      watch: (channel, onReady) => new PolledKey(channel, clock, onReady),
    };
    this.dialler = new Dialler(
      means,
      { ...PLAIN, ...settings },
      {
        opened: (channel, key) => {
          this.key = key;
          key.handOver((ready) => void (this.readyAfter |= ready));
          this.told.push(`opened ${(channel as FakeStream).settings!.address}`);
        },
        tryFailed: (error, wait) => {
          this.errors.push(error);
          this.told.push(wait === undefined ? 'failed' : `failed, again in ${Math.round(wait)}`);
          this.onFailed?.();
        },
        gaveUp: (error) => void this.told.push(`gave up ${error?.code ?? ''}`),
      },
    );
  }

  /** It dials, to a host that has these addresses. */
  static async dialling(addresses: readonly string[], settings: Partial<DialSettings> = {}): Promise<Bench> {
    const bench = new Bench(settings);
    bench.network.names.set('far', addresses);
    bench.dialler.dial();
    await bench.time.settled();
    return bench;
  }

  get streams(): readonly FakeStream[] {
    return this.network.streams;
  }
  get last(): FakeStream {
    return this.streams.at(-1)!;
  }
  /** The addresses that were connected to, in order. */
  get tried(): readonly string[] {
    return this.streams.map(({ settings }) => settings!.address);
  }

  async pass(ms: number): Promise<void> {
    await this.time.pass(ms);
  }
  async fails(stream: FakeStream = this.last, code = 'ECONNREFUSED'): Promise<void> {
    stream.fails(code);
    await this.time.settled();
  }
  async opens(stream: FakeStream = this.last): Promise<void> {
    stream.opens();
    await this.time.settled();
  }
  /** Has every try fail at once, for so long; the times at which they began, from now on. */
  async failing(ms: number): Promise<number[]> {
    const begun = this.clock.now();
    const times: number[] = [];
    for (let seen = this.streams.length - 1; this.clock.now() <= begun + ms;) {
      while (seen < this.streams.length) {
        const stream = this.streams[seen++]!;
        times.push(this.clock.now() - begun);
        await this.fails(stream);
      }
      if (this.dialler.phase === 'idle' || !(await this.time.step(begun + ms))) break;
    }
    return times;
  }
}

describe('a try', () => {
  it('goes to the addresses of the name, one after the other as they fail, with no wait between them', async () => {
    const bench = await Bench.dialling(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    const begun = bench.clock.now();
    expect(bench.tried).to.deep.equal(['10.0.0.1']);
    await bench.fails();
    await bench.fails();
    expect(bench.tried).to.deep.equal(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    await bench.opens();
    expect(bench.told).to.deep.equal(['opened 10.0.0.3']);
    expect([bench.clock.now() - begun, bench.dialler.phase]).to.deep.equal([0, 'connected']);
  });

  it('has the families take turns', async () => {
    const bench = await Bench.dialling(['::1', '::2', '10.0.0.1']);
    await bench.fails();
    await bench.fails();
    expect(bench.tried).to.deep.equal(['::1', '10.0.0.1', '::2']);
  });

  it('begins with the next address beside one that has not answered after 250 ms', async () => {
    const bench = await Bench.dialling(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    await bench.pass(249);
    expect(bench.tried).to.have.length(1);
    await bench.pass(1);
    expect(bench.tried).to.have.length(2);
    await bench.pass(250);
    expect(bench.tried).to.have.length(3);
    expect(bench.streams.map(({ closed }) => closed)).to.deep.equal([false, false, false]);
  });

  it('takes the first that opens, also when it is an older one, and closes the others', async () => {
    const bench = await Bench.dialling(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    await bench.pass(300);
    await bench.opens(bench.streams[0]);
    expect(bench.told).to.deep.equal(['opened 10.0.0.1']);
    expect(bench.streams.map(({ closed }) => closed)).to.deep.equal([false, true]);
    await bench.pass(60_000);
    expect([bench.tried.length, bench.told.length], 'nothing follows').to.deep.equal([2, 1]);
  });

  it('takes one only, where two open at once', async () => {
    const bench = await Bench.dialling(['10.0.0.1', '10.0.0.2']);
    await bench.pass(250);
    bench.streams[1]!.opens();
    bench.streams[0]!.opens();
    await bench.time.settled();
    expect(bench.told).to.deep.equal(['opened 10.0.0.2']);
    expect(bench.streams.map(({ closed }) => closed)).to.deep.equal([true, false]);
  });

  it('fails when the last that is under way has, and not before', async () => {
    const bench = await Bench.dialling(['10.0.0.1', '10.0.0.2']);
    await bench.pass(250);
    await bench.fails(bench.streams[1]);
    expect(bench.told).to.deep.equal([]);
    await bench.fails(bench.streams[0], 'EHOSTUNREACH');
    expect(bench.told).to.deep.equal(['failed, again in 100']);
  });

  it('looks the name up each time', async () => {
    const bench = await Bench.dialling(['10.0.0.1']);
    await bench.fails();
    bench.network.names.set('far', ['10.0.0.2']);
    await bench.pass(100);
    expect(bench.tried).to.deep.equal(['10.0.0.1', '10.0.0.2']);
  });

  it('fails where the name has no address', async () => {
    const bench = new Bench();
    bench.network.names.set('far', systemError('ENOTFOUND'));
    bench.dialler.dial();
    await bench.time.settled();
    expect(bench.errors[0]).to.include({ code: 'TT_NO_SUCH_HOST' });
    expect(bench.errors[0]!.details).to.include({ address: 'far:7' });
  });

  it('ends after connectTimeout, whatever it does then, and closes all', async () => {
    const bench = await Bench.dialling(['10.0.0.1', '10.0.0.2'], { connectTimeout: 2_000 });
    await bench.pass(1_999);
    expect(bench.told).to.deep.equal([]);
    await bench.pass(1);
    expect(bench.told).to.deep.equal(['failed, again in 100']);
    expect(bench.streams.map(({ closed }) => closed)).to.deep.equal([true, true]);
    expect(bench.errors[0]!.message).to.match(
      /\n- 10\.0\.0\.1:7 did not answer within 2000 ms: .*\n- 10\.0\.0\.2:7 did not answer within 2000 ms: /,
    );
  });

  it('ends after connectTimeout while the name is looked up, and an answer that comes later is not heard', async () => {
    const bench = new Bench({ connectTimeout: 2_000, retries: 0 });
    let answer!: () => void;
    bench.network.lookup = (_host, _family, done) => {
      let over = false;
      answer = () => void (over || done(undefined, ['10.0.0.1']));
      return () => void (over = true);
    };
    bench.dialler.dial();
    await bench.pass(2_000);
    expect(bench.told).to.deep.equal(['failed', 'gave up TT_CONNECT_TIMEOUT']);
    expect(bench.errors[0]!.message).to.match(/^far:7 .*name was not looked up/);
    answer();
    await bench.time.settled();
    expect(bench.streams).to.be.empty;
  });

  it('takes also one that is lost in the same look as it opens: who has it now hears of its end', async () => {
    const bench = await Bench.dialling(['10.0.0.1', '10.0.0.2']);
    bench.last.opens();
    bench.last.fails('ECONNRESET');
    await bench.time.settled();
    expect(bench.told).to.deep.equal(['opened 10.0.0.1']);
    expect(bench.readyAfter & Interest.HANGUP, 'who has it now hears of its end').to.equal(Interest.HANGUP);
  });

  describe('from an own address', () => {
    it('goes to the addresses of its family only', async () => {
      const bench = await Bench.dialling(['::1', '10.0.0.1', '::2'], { localAddress: '10.0.0.9', localPort: 99 });
      expect(bench.last.settings).to.include({ address: '10.0.0.1', localAddress: '10.0.0.9', localPort: 99 });
      await bench.fails();
      expect(bench.told, 'there is no other one').to.deep.equal(['failed, again in 100']);
    });

    it('fails if the host has no address of that family, and says why', async () => {
      const bench = await Bench.dialling(['::1', '::2'], { localAddress: '10.0.0.9' });
      expect(bench.streams).to.be.empty;
      expect(bench.errors[0]).to.include({ code: 'TT_NO_FITTING_ADDRESS' });
      expect(bench.errors[0]!.message).to.include('far:7').and.to.include('IPv4').and.to.include('10.0.0.9');
    });
  });

  it('goes to the addresses of the family that is wanted only', async () => {
    const bench = await Bench.dialling(['::1', '10.0.0.1'], { family: 4 });
    expect(bench.tried).to.deep.equal(['10.0.0.1']);
    const none = await Bench.dialling(['::1'], { family: 4 });
    expect(none.errors[0]).to.include({ code: 'TT_NO_FITTING_ADDRESS' });
  });
});

describe('the error of a try', () => {
  it('is that of the address, where there is one', async () => {
    const bench = await Bench.dialling(['10.0.0.1']);
    await bench.fails();
    const [error] = bench.errors;
    expect(error).to.include({ code: 'TT_CONNECTION_REFUSED' });
    expect(error!.details).to.include({ address: '10.0.0.1:7' });
    expect(error!.cause).to.include({ code: 'ECONNREFUSED' });
  });

  it('tells every address with its reason, in the order in which they were tried', async () => {
    const bench = await Bench.dialling(['10.0.0.1', '::1', '10.0.0.2'], { connectTimeout: 3_000 });
    await bench.pass(500);
    await bench.fails(bench.streams[2], 'EHOSTUNREACH');
    await bench.fails(bench.streams[0]);
    await bench.pass(2_500);
    const [error] = bench.errors;
    expect(error).to.include({ code: 'TT_CANNOT_CONNECT' });
    expect(error!.message.split('\n')).to.deep.equal([
      'No address of far:7 could be connected to: start the server, or correct host and port.',
      '- Nothing listens at 10.0.0.1:7: start the server, or correct its address.',
      '- [::1]:7 did not answer within 3000 ms: check the network, or raise "connectTimeout".',
      '- 10.0.0.2:7 cannot be reached: check the network, its routes and firewalls.',
    ]);
    const { errors } = error!.details as { errors: TaskTonicError[] };
    expect(errors.map(({ code }) => code)).to.deep.equal([
      'TT_CONNECTION_REFUSED',
      'TT_CONNECT_TIMEOUT',
      'TT_UNREACHABLE',
    ]);
    expect((error!.cause as AggregateError).errors[0], "the system's own").to.include({ code: 'ECONNREFUSED' });
  });

  it('tells an address that cannot be tried at all as one of them', async () => {
    const bench = await Bench.dialling(['fe80::1', '10.0.0.1']);
    await bench.fails(bench.last, 'EINVAL');
    await bench.fails();
    expect(bench.errors[0]!.message).to.match(/\[fe80::1\]:7 reported an error \(EINVAL\).*\n.*10\.0\.0\.1:7/);
  });

  it('reports once that its own address is not one of this machine, since that holds for all attempts', async () => {
    const bench = await Bench.dialling(['10.0.0.1', '10.0.0.2'], { localAddress: '203.0.113.9' });
    for (let n = 0; n < 2; n++) {
      const bind = { syscall: 'bind', address: '203.0.113.9' };
      bench.last.failsWith(Object.assign(systemError('EADDRNOTAVAIL'), bind));
      await bench.time.settled();
    }
    expect(bench.errors[0]).to.include({ code: 'TT_ADDRESS_NOT_AVAILABLE' });
    expect(bench.errors[0]!.details).to.include({ address: '203.0.113.9:0' });
  });
});

describe('a Dialler', () => {
  it('waits ever longer between tries that fail, up to the cap', async () => {
    const bench = await Bench.dialling(['10.0.0.1']);
    const times = await bench.failing(7_000);
    const waits = times.slice(1).map((time, n) => Math.round(time - times[n]!));
    expect(waits.slice(0, 7)).to.deep.equal([100, 200, 400, 800, 1_000, 1_000, 1_000]);
  });

  it('waits from a half of that to the whole, by chance', async () => {
    const bench = await Bench.dialling(['10.0.0.1']);
    bench.chance = 0;
    await bench.fails();
    await bench.pass(50);
    bench.chance = 0.5;
    await bench.fails();
    expect(bench.told).to.deep.equal(['failed, again in 50', 'failed, again in 150']);
  });

  it('does not spin where no delay at all is wanted', async () => {
    const bench = await Bench.dialling(['10.0.0.1'], { retryDelay: 0 });
    expect((await bench.failing(10_000)).length).to.be.below(25);
  });

  describe('gives up', () => {
    it('after so many retries', async () => {
      const bench = await Bench.dialling(['10.0.0.1'], { retries: 2 });
      expect(await bench.failing(60_000)).to.have.length(3);
      expect(bench.told.slice(-2)).to.deep.equal(['failed', 'gave up TT_CONNECTION_REFUSED']);
      expect(bench.dialler.phase).to.equal('idle');
    });

    it('after the first try with retries: 0', async () => {
      const bench = await Bench.dialling(['10.0.0.1'], { retries: 0 });
      await bench.fails();
      expect(bench.told).to.deep.equal(['failed', 'gave up TT_CONNECTION_REFUSED']);
    });

    it('after a time without success, with a last try at its end', async () => {
      const bench = await Bench.dialling(['10.0.0.1'], { giveUpAfter: 30_000, retryCap: 5_000 });
      const times = await bench.failing(120_000);
      expect(times.at(-1)).to.equal(30_000);
      expect(times.slice(0, -1).every((time) => time < 30_000)).to.be.true;
      expect(bench.told.at(-1)).to.equal('gave up TT_CONNECTION_REFUSED');
    });

    it('where a try is under way then, after one more: who came up meanwhile is found', async () => {
      const bench = await Bench.dialling(['10.0.0.1'], { giveUpAfter: 30_000, connectTimeout: 20_000 });
      await bench.pass(20_100);
      expect(bench.streams).to.have.length(2);
      await bench.pass(19_999);
      expect(bench.told, 'the second one goes on at 30 s').to.have.length(1);
      await bench.pass(2);
      expect(bench.streams).to.have.length(3);
      await bench.fails();
      expect(bench.told.slice(-2)).to.deep.equal(['failed', 'gave up TT_CONNECTION_REFUSED']);
    });

    it('never with giveUpAfter: Infinity', async () => {
      const bench = await Bench.dialling(['10.0.0.1'], { retryDelay: 1_000_000, retryCap: 1_000_000 });
      expect((await bench.failing(100_000_000)).length).to.be.above(100);
      expect(bench.dialler.phase).to.equal('waiting');
    });

    it('and dials again when it is told so, with all its retries', async () => {
      const bench = await Bench.dialling(['10.0.0.1'], { retries: 1 });
      await bench.failing(1_000);
      bench.dialler.dial();
      await bench.time.settled();
      expect(await bench.failing(1_000)).to.have.length(2);
    });

    it('and goes on where it is told to dial when the last try has failed', async () => {
      const bench = await Bench.dialling(['10.0.0.1'], { retries: 0 });
      bench.onFailed = () => bench.dialler.dial();
      await bench.fails();
      expect([bench.told, bench.dialler.phase]).to.deep.equal([['failed'], 'trying']);
    });

    it('and does not tell it where it is stopped when the last try has failed', async () => {
      const bench = await Bench.dialling(['10.0.0.1'], { retries: 0 });
      bench.onFailed = () => bench.dialler.stop();
      await bench.fails();
      expect([bench.told, bench.dialler.phase]).to.deep.equal([['failed'], 'idle']);
    });
  });

  describe('whose connection was lost', () => {
    const lost = async (bench: Bench, after: number): Promise<void> => {
      await bench.opens();
      await bench.pass(after);
      bench.last.close();
      bench.dialler.lost();
      await bench.time.settled();
    };

    it('tries once more also where there is no time at all without success', async () => {
      const bench = await Bench.dialling(['10.0.0.1'], { giveUpAfter: 0 });
      await lost(bench, 5_000);
      expect(await bench.failing(60_000)).to.have.length(2);
      expect(bench.told).to.deep.equal(['opened 10.0.0.1', 'failed', 'gave up TT_CONNECTION_REFUSED']);
    });

    it('after it had stayed a while waits as after a first failure, and has all its retries again', async () => {
      const bench = await Bench.dialling(['10.0.0.1'], { retries: 2 });
      await bench.fails();
      await bench.pass(100);
      await bench.fails();
      await bench.pass(200);
      await lost(bench, 5_000);
      const begun = bench.clock.now();
      while (bench.streams.length === 3 && (await bench.time.step(begun + 1_000)));
      expect(Math.round(bench.clock.now() - begun)).to.equal(100);
      expect(await bench.failing(60_000)).to.have.length(3);
      expect(bench.told.at(-1)).to.equal('gave up TT_CONNECTION_REFUSED');
    });

    it('sooner counts that as a failure: who accepts and closes uses the retries up, and the waits grow', async () => {
      const bench = await Bench.dialling(['10.0.0.1'], { retries: 4 });
      const waits: number[] = [];
      for (let n = 1; n <= 5; n++) {
        await lost(bench, 10);
        const begun = bench.clock.now();
        while (bench.streams.length === n && (await bench.time.step(begun + 10_000)));
        if (bench.streams.length > n) waits.push(Math.round(bench.clock.now() - begun));
      }
      expect(waits).to.deep.equal([100, 200, 400, 800]);
      expect(bench.told.slice(-2)).to.deep.equal(['opened 10.0.0.1', 'gave up ']);
    });

    it('sooner does not begin the time anew in which it gives up', async () => {
      const bench = await Bench.dialling(['10.0.0.1'], { giveUpAfter: 10_000 });
      const begun = bench.clock.now();
      for (let n = 0; n < 100 && bench.dialler.phase !== 'idle'; n++) {
        if (bench.dialler.phase === 'trying') await lost(bench, 10);
        else await bench.time.step(Infinity);
      }
      expect(bench.clock.now() - begun).to.be.within(10_000, 10_020);
    });

    it('soon, but after its protocol has said that it works, has all its retries and all its time again', async () => {
      const bench = await Bench.dialling(['10.0.0.1'], { retries: 1, giveUpAfter: 10_000 });
      for (let n = 0; n < 5; n++) {
        await bench.opens();
        bench.dialler.established();
        await bench.pass(4_000);
        bench.dialler.lost();
        await bench.pass(100);
      }
      expect([bench.dialler.phase, bench.streams.length]).to.deep.equal(['trying', 6]);
      // That was said of those connections, and not of the next ones.
      await lost(bench, 10);
      await bench.pass(100);
      await lost(bench, 10);
      expect(bench.told.at(-1)).to.equal('gave up ');
    });

    it('is not dialled again where nothing was open', async () => {
      const bench = await Bench.dialling(['10.0.0.1']);
      bench.dialler.lost();
      bench.dialler.established();
      expect(bench.dialler.phase).to.equal('trying');
      await bench.fails();
      bench.dialler.lost();
      expect(bench.told).to.deep.equal(['failed, again in 100']);
    });
  });

  describe('that is told to dial', () => {
    it('while it waits tries at once, with all its retries', async () => {
      const bench = await Bench.dialling(['10.0.0.1'], { retries: 1, retryDelay: 1_000 });
      await bench.fails();
      bench.dialler.dial();
      await bench.time.settled();
      expect(bench.streams).to.have.length(2);
      await bench.fails();
      expect(bench.told).to.deep.equal(['failed, again in 1000', 'failed, again in 1000']);
      await bench.pass(60_000);
      expect(bench.streams, 'the wait before is over').to.have.length(3);
    });

    it('while it tries goes on with that, with all its retries', async () => {
      const bench = await Bench.dialling(['10.0.0.1'], { retries: 1 });
      await bench.fails();
      await bench.pass(100);
      bench.dialler.dial();
      await bench.fails();
      expect(bench.streams).to.have.length(2);
      expect(bench.told).to.deep.equal(['failed, again in 100', 'failed, again in 100']);
    });

    it('while it is connected opens another one: the one before is no more its business', async () => {
      const bench = await Bench.dialling(['10.0.0.1']);
      await bench.opens();
      bench.dialler.dial();
      await bench.time.settled();
      expect([bench.streams.length, bench.streams[0]!.closed]).to.deep.equal([2, false]);
    });
  });

  describe('that is stopped', () => {
    it('while it looks a name up connects to nothing', async () => {
      const bench = new Bench();
      bench.dialler.dial();
      bench.dialler.stop();
      await bench.pass(60_000);
      expect([bench.streams.length, bench.told, bench.dialler.phase]).to.deep.equal([0, [], 'idle']);
    });

    it('while it connects closes what it has opened, and tells nothing', async () => {
      const bench = await Bench.dialling(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
      await bench.pass(250);
      bench.streams[0]!.opens();
      bench.dialler.stop();
      await bench.pass(60_000);
      expect(bench.streams.map(({ closed }) => closed)).to.deep.equal([true, true]);
      expect(bench.told).to.deep.equal([]);
    });

    it('while it waits tries no more', async () => {
      const bench = await Bench.dialling(['10.0.0.1']);
      await bench.fails();
      bench.dialler.stop();
      await bench.pass(60_000);
      expect([bench.streams.length, bench.clock.holding]).to.deep.equal([1, 0]);
    });

    it('leaves the connection that is open to whom it belongs', async () => {
      const bench = await Bench.dialling(['10.0.0.1']);
      await bench.opens();
      bench.dialler.stop();
      bench.dialler.lost();
      expect([bench.last.closed, bench.dialler.phase]).to.deep.equal([false, 'idle']);
    });
  });
});
