import { expect } from 'chai';
import {
  Catalyst,
  Formula,
  type FormulaData,
  type Network,
  SelectorCatalyst,
  TimerSingleShot,
  Tonic,
} from '../../src/index.js';
import { distilled, Distiller } from '../../src/testing/index.js';
import { expectCode, expectRejection } from '../support/errors.js';
import { FakeNetwork } from '../support/fake-network.js';
import { Door } from './support/door.js';

class Doors extends Formula {
  constructor(private readonly count = 1) {
    super();
  }
  protected override creatingFormula(): FormulaData {
    return { project: { name: 'doors' }, log: { to: 'json', level: 'debug' }, color: 'green' };
  }
  protected override creatingStartingTonics(): void {
    for (let nr = 1; nr <= this.count; nr++) new Door({ name: `door ${nr}` });
  }
}

class Stubborn extends Tonic {
  constructor() {
    super({ name: 'stubborn', drainTimeout: Infinity });
  }
  ttse__onDraining(): void {}
}

class Failing extends Tonic {
  ttse__onStart(): void {
    throw new Error('from the start');
  }
}

describe('an app under a Distiller', () => {
  it('is its Formula, unchanged, on virtual time', async () => {
    const distiller = await Distiller.start(Doors);
    expect(distiller.main).to.be.instanceOf(SelectorCatalyst);
    expect(distiller.main.name).to.equal('tt_main_catalyst');
    expect(distiller.runtime.get('color')).to.equal('green');
    expect(distiller.runtime.get('project/startedAt')).to.equal(distiller.clock.wallTime());
    expect(distiller.runtime.get('project/status')).to.equal('mainRunning');
    await distiller.settle();
    expect(distiller.find('door 1')?.state).to.equal('locked');
    expect(distiller.ledger.size).to.equal(2);
    await distiller.finish();
  });

  it('does not start its Catalysts', async () => {
    const distiller = await Distiller.start(Doors);
    expect(distiller.runtime.get('testing/dontStartCatalysts')).to.be.true;
    expect(distiller.find('door 1')?.state).to.be.undefined;
    expect(distiller.main.ran).to.equal(0);
    await distiller.finish();
  });

  it('may be a Formula with arguments', async () => {
    const distiller = await Distiller.start(new Doors(3));
    expect(distiller.find('door 3')).to.be.instanceOf(Door);
    await distiller.finish();
  });

  it('may be a few Tonics', async () => {
    const distiller = await Distiller.start(() => void new Door({ name: 'front' }));
    expect(distiller.find<Door>('front')?.tries).to.equal(0);
    await distiller.finish();
  });

  it('ends with the last of its Tonics, those that the test has infused included', async () => {
    const distiller = await Distiller.start(Doors);
    const infused = distiller.infuse(() => new Door());
    expect(infused.base).to.equal(distiller.main);
    distiller.find('door 1')!.ttsc__finish();
    await distiller.advance('1h');
    expect(distiller.finished).to.be.false;
    infused.ttsc__finish();
    await distiller.settle();
    expect(distiller.finished).to.be.true;
  });

  it('goes on without Tonics where it was given none', async () => {
    const distiller = await Distiller.start();
    await distiller.advance('1h');
    const door = distiller.infuse(() => new Door());
    await distiller.settle();
    expect(door.state).to.equal('locked');
    await distiller.finish();
  });

  it('leaves its process alone', async () => {
    const before = process.exitCode;
    const listeners = process.listenerCount('SIGTERM') + process.listenerCount('uncaughtExceptionMonitor');
    const distiller = await Distiller.start(() => void new Failing());
    expect(process.listenerCount('SIGTERM') + process.listenerCount('uncaughtExceptionMonitor')).to.equal(listeners);
    const { exitCode, error } = await distiller.finish();
    expect(exitCode).to.equal(1);
    expectCode(error, 'TT_INFUSION_FAILED');
    expect(process.exitCode).to.equal(before);
  });

  it('writes its log to the test, unless it writes none', async () => {
    const distiller = await Distiller.start(Doors);
    await distiller.settle();
    expect(distiller.lines.map(({ msg, tonic }) => [msg, tonic])).to.deep.include(['locked', 'door 1']);
    expect(distiller.lines.some(({ level }) => level === 20)).to.be.true;
    await distiller.finish();
    class Silent extends Doors {
      protected override creatingFormula(): FormulaData {
        return { log: { to: 'off' } };
      }
    }
    const silent = await Distiller.start(Silent);
    await silent.finish();
    expect(silent.lines).to.deep.equal([]);
  });

  it('takes options of its log from the test', async () => {
    const distiller = await Distiller.start(Doors, { log: { level: 'warn' } });
    await distiller.settle();
    expect(distiller.lines).to.deep.equal([]);
    await distiller.finish();
  });

  it('opens sockets with the network of the test, unless it brings its own', async () => {
    const network = new FakeNetwork();
    const distiller = await Distiller.start(Doors, { network });
    expect((distiller.main as SelectorCatalyst).network).to.equal(network);
    await distiller.finish();
    const own = new FakeNetwork();
    class OwnNetwork extends Doors {
      protected override creatingMainCatalyst(): unknown {
        return new SelectorCatalyst({ network: own });
      }
    }
    const second = await Distiller.start(OwnNetwork, { network });
    expect((second.main as SelectorCatalyst).network).to.equal(own);
    await second.finish();
  });

  it('hands on what its Formula throws', async () => {
    class Broken extends Formula {
      protected override creatingStartingTonics(): void {
        new Door();
        throw new RangeError('no wood');
      }
    }
    const thrown: unknown = await Distiller.start(Broken).catch((error: unknown) => error);
    expect(thrown).to.be.instanceOf(RangeError);
  });

  for (const [what, options] of Object.entries({
    'a seed that is none': { seed: -1 },
    'half a seed': { seed: 0.5 },
    'a trace of less than nothing': { trace: -1 },
  })) {
    it(`refuses ${what}`, async () => {
      await expectRejection(Distiller.start(Doors, options), 'TT_BAD_OPTION');
    });
  }
});

describe('the end of an app under a Distiller', () => {
  it('leaves a clean Ledger', async () => {
    const distiller = await Distiller.start(new Doors(5));
    await distiller.settle();
    const { exitCode, leftOpen } = await distiller.finish();
    expect([exitCode, leftOpen]).to.deep.equal([0, []]);
    expect(distiller.ledger.size).to.equal(0);
    expect(distiller.runtime.get('project/status')).to.equal('mainFinished');
  });

  it('may be asked for again', async () => {
    const distiller = await Distiller.start(Doors);
    const first = await distiller.finish();
    expect(await distiller.finish()).to.deep.equal(first);
  });

  it('aborts what does not finish, and names it', async () => {
    const distiller = await Distiller.start(() => void new Stubborn());
    expect((await distiller.finish()).leftOpen).to.deep.equal(['stubborn', 'tt_main_catalyst']);
    expect(distiller.ledger.size).to.equal(0);
  });

  it('is waited for in virtual time', async () => {
    class Draining extends Tonic {
      ttse__onDraining(): void {
        new TimerSingleShot({ seconds: 4 });
      }
      ttse__onTimer(): void {
        this.drained();
      }
    }
    const distiller = await Distiller.start(() => void new Draining());
    expect((await distiller.finish()).leftOpen).to.deep.equal([]);
    expect(distiller.clock.now()).to.equal(4_000);
  });

  it('names timers that are still set', async () => {
    const distiller = await Distiller.start(Doors);
    distiller.runtime.clock.setTimer(() => {}, 10_000);
    expect((await distiller.finish()).leftOpen).to.deep.equal(['1 timers']);
  });

  it('comes by itself where the Distiller is disposed of', async () => {
    const distiller = await Distiller.start(Doors);
    await distiller[Symbol.asyncDispose]();
    expect(distiller.finished).to.be.true;
  });
});

describe('a loop that breaks', () => {
  class Broken extends Catalyst {
    override async sparkle(): Promise<void> {
      await this.parker.park(0);
      throw new RangeError('a slip in the loop');
    }
  }
  class BrokenApp extends Formula {
    protected override creatingMainCatalyst(): unknown {
      return new Broken();
    }
    protected override creatingStartingTonics(): void {
      new Door();
    }
  }

  it('is told to the test at the end, and the other apps are ended nevertheless', async () => {
    const distiller = await Distiller.start(Doors);
    const broken = await distiller.join(BrokenApp, { host: 'other' });
    await distiller.settle();
    await expectRejection(distiller.finish(), 'TT_LOOP_BROKEN');
    expect(broken.ledger.size).to.equal(0);
    expect(distiller.ledger.size).to.equal(0);
  });
});

describe('several apps in one world', () => {
  it('have a host and a network each, and one time', async () => {
    const hosts: string[] = [];
    const network = () => ({
      host(name: string): Network {
        hosts.push(name);
        return new FakeNetwork();
      },
    });
    const distiller = await Distiller.start(Doors, { network, host: 'server' });
    const client = await distiller.join(() => void new Door({ name: 'back door' }), { host: 'client' });
    expect(hosts).to.deep.equal(['server', 'client']);
    expect(client.main).to.not.equal(distiller.main);
    const back = distiller.find<Door>('back door')!;
    expect(client.find('back door')).to.equal(back);
    await distiller.settle();
    back.ttsc__unlock('42');
    await distiller.advance('2h');
    expect(distiller.trace.map(({ host }) => host)).to.include.members(['server', 'client']);
    expect(distiller.lines.map(({ tonic }) => tonic)).to.include.members(['door 1', 'back door']);
    expect(String(distiller)).to.include('server').and.to.include('client');
    expect((await distiller.finish()).leftOpen).to.deep.equal([]);
    expect(client.finished).to.be.true;
  });

  it('have different hosts', async () => {
    const distiller = await Distiller.start(Doors);
    await expectRejection(distiller.join(Doors, { host: 'main' }), 'TT_BAD_OPTION');
    await distiller.join(Doors);
    await distiller.finish();
  });

  it('tell how the one ended that failed', async () => {
    const distiller = await Distiller.start(Doors);
    await distiller.join(() => void new Failing(), { host: 'other' });
    expect((await distiller.finish()).exitCode).to.equal(1);
  });
});

describe('distilled()', () => {
  it('makes a test with an app of its own, and ends it', async () => {
    let seen: Distiller | undefined;
    await distilled(Doors, { seed: 5 }, async (distiller) => {
      seen = distiller;
      expect(distiller.seed).to.equal(5);
      await distiller.settle();
    })();
    expect(seen?.finished).to.be.true;
  });

  it('fails with what the test throws, and shows seed, trace and log', async () => {
    const test = distilled(Doors, { seed: 99 }, async (distiller) => {
      await distiller.settle();
      expect(distiller.find('door 1')?.state).to.equal('open');
    });
    const { thrown, written } = await failing(test);
    expect((thrown as Error).message).to.include("expected 'locked' to equal 'open'");
    expect(written).to.include('seed 99').and.to.include('ttse__onStart').and.to.include('INFO door 1');
    expect(written).to.not.include('TASKTONIC_SEED');
  });

  it('refuses a value that is not an app, such as the class of a Tonic, and a value that is not a test', async () => {
    for (const app of ['Doors', 7, Stubborn]) {
      const { thrown } = await failing(distilled(app as never, () => {}));
      expectCode(thrown, 'TT_BAD_OPTION');
      expect((thrown as Error).message).to.include('() => void new Door()');
    }
    expect(() => distilled(Doors, undefined as never)).to.throw('it is missing');
    expect(() => distilled(Doors, {}, 7 as never)).to.throw('must be a function');
  });

  it('tells how a seed that came by chance is run again', async () => {
    let seed: number | undefined;
    const test = distilled(Doors, (distiller) => {
      seed = distiller.seed;
      throw new Error('unlucky');
    });
    const { written } = await failing(test);
    expect(written).to.include(`Set TASKTONIC_SEED=${seed} to run it again.`);
  });

  it('fails where the app leaves something open', async () => {
    const { thrown } = await failing(
      distilled(
        () => void new Stubborn(),
        () => {},
      ),
    );
    expectCode(thrown, 'TT_LEFT_OPEN');
  });

  it('fails where the app fails and nobody looks', async () => {
    const { thrown } = await failing(
      distilled(
        () => void new Failing(),
        () => {},
      ),
    );
    expectCode(thrown, 'TT_INFUSION_FAILED');
    await distilled(
      () => void new Failing(),
      async (distiller) => void expect((await distiller.finish()).exitCode).to.equal(1),
    )();
  });
});

/** Runs a test that must fail, without its noise. */
async function failing(test: () => Promise<void>): Promise<{ thrown: unknown; written: string }> {
  const { write } = process.stderr;
  let written = '';
  process.stderr.write = (text: string | Uint8Array) => {
    written += String(text);
    return true;
  };
  try {
    await test();
  } catch (thrown) {
    return { thrown, written };
  } finally {
    process.stderr.write = write;
  }
  throw new Error('it did not fail');
}
