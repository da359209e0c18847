import { setTimeout as later } from 'node:timers/promises';
import { expect } from 'chai';
import { Formula, nodeClock, systemRandom, TimerRepeat, Tonic } from '../../src/index.js';
import { type AppUnderTest, type Distiller, explore, type Fault, SimulatedNetwork } from '../../src/testing/index.js';
import { expectCode, expectRejection } from '../support/errors.js';

/** Is told of crashes; three kinds of them together are too much for it. */
class Store extends Tonic {
  readonly crashed = new Set<string>();
  ttsc__crash(what: string): void {
    this.crashed.add(what);
  }
}

class Ticker extends Tonic {
  ttse__onStart(): void {
    new TimerRepeat({ seconds: 1 });
  }
  ttse__onTimer(): void {}
}

/** Throws dice for so many faults each round. */
async function crashing(distiller: Distiller, parts: number): Promise<Store> {
  const store = distiller.infuse(() => new Store());
  for (let round = 0; round < 5; round++) {
    for (let part = 0; part < parts; part++)
      if (distiller.chance(0.3, 'crash', `part ${part}`)) store.ttsc__crash(`part ${part}`);
    await distiller.advance('1s');
  }
  return store;
}

describe('explore()', () => {
  const asked = process.env['TASKTONIC_SEED'];
  beforeEach(() => delete process.env['TASKTONIC_SEED']);
  afterEach(() => {
    if (asked === undefined) delete process.env['TASKTONIC_SEED'];
    else process.env['TASKTONIC_SEED'] = asked;
  });

  it('runs the body once for each seed, each time in a fresh world', async () => {
    const seeds: number[] = [];
    const explored = await explore({ runs: 5, seed: 4294967294, app: () => {} }, async (distiller) => {
      expect(distiller.clock.now()).to.equal(0);
      seeds.push(distiller.seed);
      await distiller.advance('1s');
    });
    expect(seeds).to.deep.equal([4294967294, 4294967295, 0, 1, 2]);
    expect(explored).to.deep.equal({ runs: 5, seed: 4294967294, faults: {} });
  });

  it('tells how many faults of each kind there were', async () => {
    let crashes = 0;
    const { faults } = await explore({ runs: 4, seed: 1, app: () => {} }, (distiller) => {
      for (let nr = 0; nr < 10; nr++) if (distiller.chance(0.5, 'crash', 'disk')) crashes++;
      expect(distiller.chance(1, 'stall', 'disk')).to.be.true;
    });
    expect(crashes).to.be.greaterThan(0);
    expect(faults).to.deep.equal({ crash: crashes, stall: 4 });
  });

  it('lets its apps join where it is given none', async () => {
    await explore({ runs: 2 }, async (distiller) => {
      expect(() => distiller.ledger).to.throw('has no app yet');
      await distiller.join(() => void new Store({ name: 'store' }), { host: 'a' });
      expect(distiller.find('store')).to.be.instanceOf(Store);
      await distiller.settle();
    });
  });

  it('reports the first seed that fails, with the fewest faults that it needs', async () => {
    const wrong = async (distiller: Distiller): Promise<void> => {
      const { crashed } = await crashing(distiller, 10);
      if (['part 2', 'part 5', 'part 7'].every((part) => crashed.has(part))) throw new RangeError('three are gone');
    };
    const error = await expectRejection(explore({ runs: 100, seed: 1, app: () => {} }, wrong), 'TT_EXPLORE_FAILED');
    const faults = error.details['faults'] as Fault[];
    expect(faults.map(({ what }) => what)).to.have.members(['part 2', 'part 5', 'part 7']);
    expect(error.cause).to.be.instanceOf(RangeError);
    expect(error.message).to.match(/^Run \d+ of 100 failed, with seed \d+: three are gone\./);
    expect(error.message).to.include('other faults were left out').and.to.include('ttsc__crash');

    // The seed that it names does it again.
    process.env['TASKTONIC_SEED'] = String(error.details['seed']);
    const again = await expectRejection(explore({ runs: 100, seed: 1, app: () => {} }, wrong), 'TT_EXPLORE_FAILED');
    expect(again.details['faults']).to.deep.equal(faults);
    expect(again.details['report']).to.equal(error.details['report']);
    expect(again.details['run']).to.equal(1);
  });

  it('names a fault that befalls nothing in particular by its kind alone', async () => {
    const body = (distiller: Distiller): void => {
      if (distiller.chance(1, 'flood')) throw new Error('wet');
    };
    const error = await expectRejection(explore({ runs: 1, app: () => {} }, body), 'TT_EXPLORE_FAILED');
    expect(error.message).to.include('It needs flood #0.\n');
  });

  it('names no fault where it fails without any', async () => {
    const body = async (distiller: Distiller): Promise<void> => {
      await crashing(distiller, 3);
      throw new Error('always');
    };
    const { details } = await expectRejection(explore({ runs: 3, app: () => {} }, body), 'TT_EXPLORE_FAILED');
    expect(details['faults']).to.deep.equal([]);
    expect(details['run']).to.equal(1);
  });

  it('does not take another failure for the one that it found', async () => {
    const body = async (distiller: Distiller): Promise<void> => {
      const { crashed } = await crashing(distiller, 4);
      if (crashed.size === 4) throw new RangeError('all');
      if (crashed.size < 2) throw new TypeError('another one');
    };
    const options = { runs: 50, seed: 3, app: () => {} };
    const first = await expectRejection(explore(options, body), 'TT_EXPLORE_FAILED');
    const faults = first.details['faults'] as Fault[];
    expect(new Set(faults.map(({ what }) => what)).size).to.equal((first.cause as Error).name === 'RangeError' ? 4 : 0);
  });

  it('injects those faults only that it is told', async () => {
    await explore({ runs: 3, faults: false, app: () => {} }, async (distiller) => {
      expect((await crashing(distiller, 5)).crashed.size).to.equal(0);
    });
    const what = new Set<string>();
    await explore({ runs: 3, faults: (fault) => fault.what === 'part 1', app: () => {} }, async (distiller) => {
      for (const part of (await crashing(distiller, 5)).crashed) what.add(part);
    });
    expect([...what]).to.deep.equal(['part 1']);
  });

  it('says so where the same seed does not fail again', async () => {
    let runs = 0;
    const body = (): void => {
      if (++runs === 1) throw new Error('once');
    };
    const { message } = await expectRejection(explore({ runs: 3, app: () => {} }, body), 'TT_EXPLORE_FAILED');
    expect(message).to.include('did not fail in the same way again');
  });

  it('fails where the app fails and nobody handles it', async () => {
    class Bad extends Tonic {
      ttse__onStart(): void {
        throw new Error('bad from the start');
      }
    }
    const app = class extends Formula {
      protected override creatingStartingTonics(): void {
        new Bad();
      }
    };
    const error = await expectRejection(
      explore({ runs: 1, app }, (distiller) => distiller.settle()),
      'TT_EXPLORE_FAILED',
    );
    expect(error.cause).to.have.property('code', 'TT_INFUSION_FAILED');
    expect(error.message).to.include('bad from the start');
  });

  it('says so where an app had failed before the body did', async () => {
    class Weak extends Tonic {
      ttsc__work(): void {
        throw new Error('too weak');
      }
    }
    const body = async (distiller: Distiller): Promise<void> => {
      const weak = distiller.infuse(() => new Weak());
      weak.ttsc__work();
      await distiller.settle();
      throw new RangeError('the work is not done');
    };
    const error = await expectRejection(explore({ runs: 1, app: () => {} }, body), 'TT_EXPLORE_FAILED');
    expect(error.cause).to.be.instanceOf(RangeError);
    expect(error.message).to.include('An app had failed before').and.to.include('too weak');
    const alone = await expectRejection(
      explore({ runs: 1, app: () => {} }, () => {
        throw new RangeError('for itself');
      }),
      'TT_EXPLORE_FAILED',
    );
    expect(alone.message).not.to.include('An app had failed');
  });

  describe('with a body that hangs', () => {
    /** In ms of the machine: long enough to come to where it hangs, however busy that is. */
    const runLimit = 250;
    const limited = { runs: 3, seed: 7, runLimit, app: () => {} };
    const hanging = async (body: (distiller: Distiller) => Promise<void>): Promise<string> => {
      const error = await expectRejection(explore(limited, body), 'TT_EXPLORE_FAILED');
      const { message } = expectCode(error.cause, 'TT_RUN_HANGS');
      expect(error.details['seed']).to.equal(7);
      expect(message).to.include(`The run with seed 7 had not ended after ${runLimit} ms`);
      return message;
    };

    it('ends it where it turns the loops for ever, and says what ran last', async () => {
      let ended = 0;
      let afterwards = 0;
      const message = await hanging(async (distiller) => {
        distiller.infuse(() => new Ticker());
        try {
          for (;;) await distiller.advance('1s');
        } finally {
          ended++;
          await distiller.settle();
          afterwards++;
        }
      });
      expect(message).to.match(/it was in advance\(\), at \d+ ms .* the last sparkle was ttse__onTimer of 01.Ticker/);
      // It ran twice: to see whether it does so again, and without faults, of which there are none.
      expect(ended).to.equal(2);
      expect(afterwards).to.equal(0);
    });

    describe('where it awaits what never comes', () => {
      const CALLS: Readonly<Record<string, (distiller: Distiller) => Promise<unknown>>> = {
        'no call of the Distiller': () => new Promise(() => {}),
        'until()': (distiller) => distiller.until(new Promise(() => {}), '1000000d'),
        'realTime()': (distiller) => distiller.realTime(new Promise(() => {})),
        'sparkle()': (distiller) => distiller.sparkle({ timeout: '1000000d' }),
      };
      const messages = new Map<string, string>();

      // All at the same time: each waits for its limit.
      before(async () => {
        const explored = Object.entries(CALLS).map(async ([what, wait]) => {
          const message = await hanging(async (distiller) => {
            distiller.infuse(() => new Ticker());
            await wait(distiller);
          });
          messages.set(what, message);
        });
        await Promise.all(explored);
      });

      for (const what of Object.keys(CALLS)) {
        it(`ends it in ${what}`, () => {
          expect(messages.get(what)).to.include(`it was in ${what}`);
        });
      }
    });

    it('ends its apps nevertheless, and does not let it go on', async () => {
      const apps: AppUnderTest[] = [];
      let rounds = 0;
      await hanging(async (distiller) => {
        apps.push(...distiller.apps);
        distiller.infuse(() => new Ticker());
        for (;;) {
          // It does not care.
          await distiller.advance('1s').catch(() => {});
          rounds++;
        }
      });
      expect(apps.every(({ finished }) => finished)).to.be.true;
      const before = rounds;
      await later(20);
      expect(rounds).to.equal(before);
    });

    it('ends it where it is held up by what the app loads', async () => {
      const apps: AppUnderTest[] = [];
      let ended = 0;
      await hanging(async (distiller) => {
        apps.push(...distiller.apps);
        void distiller.runtime.held(new Promise(() => {}));
        try {
          await distiller.advance('1s');
        } finally {
          ended++;
        }
      });
      expect(ended).to.equal(2);
      expect(apps.every(({ finished }) => finished)).to.be.true;
    });

    it('takes one for none that had no turn for long, as on a machine that is asleep', async () => {
      const asleep = (): void => {
        const end = nodeClock.now() + 2 * runLimit;
        while (nodeClock.now() < end);
      };
      const { runs } = await explore({ runs: 1, runLimit, app: () => {} }, asleep);
      expect(runs).to.equal(1);
    });

    it('names the faults that it needs to hang', async () => {
      const body = async (distiller: Distiller): Promise<void> => {
        const { crashed } = await crashing(distiller, 6);
        if (crashed.has('part 3')) await new Promise(() => {});
      };
      const error = await expectRejection(explore({ ...limited, runs: 50, runLimit: 200 }, body), 'TT_EXPLORE_FAILED');
      expectCode(error.cause, 'TT_RUN_HANGS');
      expect((error.details['faults'] as Fault[]).map(({ what }) => what)).to.deep.equal(['part 3']);
    });
  });

  for (const runLimit of [0, -1, NaN]) {
    it(`refuses a limit of ${runLimit} ms`, async () => {
      await expectRejection(
        explore({ runs: 1, runLimit }, () => {}),
        'TT_BAD_OPTION',
      );
    });
  }

  for (const runs of [0, -1, 1.5, NaN]) {
    it(`refuses ${runs} runs`, async () => {
      await expectRejection(
        explore({ runs }, () => {}),
        'TT_BAD_OPTION',
      );
    });
  }

  it('refuses what would carry something from run to run', async () => {
    class App extends Formula {}
    await expectRejection(
      explore({ runs: 1, app: new App() as never }, () => {}),
      'TT_BAD_OPTION',
    );
    const network = new SimulatedNetwork({ clock: nodeClock, random: systemRandom });
    await expectRejection(
      explore({ runs: 1, network, app: App }, () => {}),
      'TT_BAD_OPTION',
    );
  });

  it('refuses an invalid seed in the environment', async () => {
    process.env['TASKTONIC_SEED'] = 'lucky';
    const error = await expectRejection(
      explore({ runs: 1 }, () => {}),
      'TT_BAD_OPTION',
    );
    expect(error.message).to.include('it is "lucky"');
  });
});
