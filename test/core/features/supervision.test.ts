import { expect } from 'chai';
import { type InfusionFailure, type Supervised, type SuperviseOptions, Tonic } from '../../../src/index.js';
import { type App, startApp } from '../../support/app.js';
import { expectCode, expectThrow } from '../../support/errors.js';

class Worker extends Tonic {
  ttsc__fail(): void {
    throw new Error('boom');
  }
}

class Boss extends Tonic {
  worker!: Supervised<Worker>;
  made = 0;
  readonly words: string[] = [];
  constructor(readonly options: SuperviseOptions | undefined) {
    super({ name: 'boss' });
  }
  ttse__onStart(): void {
    const make = (): Worker => {
      this.made++;
      return new Worker({ name: 'worker' });
    };
    this.worker = this.options === undefined ? this.supervise(make) : this.supervise(make, this.options);
  }
  ttse__onInfusionFinished(): void {
    this.words.push('finished');
  }
}

class HearingBoss extends Boss {
  readonly failed: InfusionFailure[] = [];
  ttse__onInfusionFailed(failure: InfusionFailure): void {
    this.failed.push(failure);
  }
}

const start = async <T extends Boss>(
  BossClass: new (options: SuperviseOptions | undefined) => T,
  options?: SuperviseOptions,
): Promise<{ app: App; boss: T; fail: () => Promise<void> }> => {
  let boss!: T;
  const app = await startApp(() => (boss = new BossClass(options)));
  const fail = async (): Promise<void> => {
    boss.worker.current.ttsc__fail();
    await app.settled();
  };
  return { app, boss, fail };
};

describe('an infusion that is supervised', () => {
  it('is made anew when it fails, under its name, and its base goes on', async () => {
    const { app, boss, fail } = await start(Boss);
    const first = boss.worker.current;
    await fail();
    expect(boss.made).to.equal(2);
    expect(boss.worker.current).not.to.equal(first);
    expect(boss.worker.current).to.include({ name: 'worker', finished: false, base: boss });
    expect(first.finished).to.equal(true);
    expect(boss).to.include({ finished: false });
    expect(boss.words).to.deep.equal(['finished']);
    expect((await app.finish()).result.exitCode).to.equal(0);
  });

  it('is not made anew when it finishes as meant', async () => {
    const { app, boss } = await start(Boss);
    boss.worker.current.ttsc__finish();
    await app.settled();
    expect(boss.made).to.equal(1);
    expect(boss).to.include({ finished: false });
    await app.finish();
  });

  it('tells its base of each failure, and how many restarts there were', async () => {
    const { app, boss, fail } = await start(HearingBoss);
    await fail();
    await fail();
    expect(boss.failed.map(({ restarts }) => restarts)).to.deep.equal([1, 2]);
    expect(boss.failed[0]).to.include({ name: 'worker', sparkle: 'ttsc__fail' });
    await app.finish();
  });

  it('is made anew three times in a minute by default; then its base fails', async () => {
    const { app, boss, fail } = await start(Boss);
    for (let n = 0; n < 3; n++) await fail();
    expect(boss).to.include({ made: 4, finished: false });
    await fail();
    const { result } = await app.end();
    expect(boss).to.include({ made: 4, finished: true });
    const error = expectCode(result.error?.cause, 'TT_RESTART_LIMIT');
    expect(error.details).to.include({ tonic: 'worker', base: 'boss', count: 3, ms: 60_000 });
    expect((error.cause as Error).message).to.equal('boom');
  });

  it('fails its base at the limit even where the base hears of it', async () => {
    const { app, boss, fail } = await start(HearingBoss, { limit: 1 });
    await fail();
    await fail();
    const { result } = await app.end();
    expect(boss.failed.map(({ restarts }) => restarts)).to.deep.equal([1, 0]);
    expectCode(result.error?.cause, 'TT_RESTART_LIMIT');
  });

  it('counts restarts within the window only', async () => {
    const { app, boss, fail } = await start(Boss, { limit: 2, within: 1_000 });
    await fail();
    await app.pass(600);
    await fail();
    await app.pass(400); // the first is 1,000 ms ago
    await fail();
    expect(boss).to.include({ made: 4, finished: false });
    await app.pass(599); // the second and third are within the window
    await fail();
    expect(boss).to.include({ made: 4, finished: true });
    await app.end();
  });

  it('with the limit 0 is never made anew', async () => {
    const { app, boss, fail } = await start(Boss, { limit: 0 });
    await fail();
    expect(boss).to.include({ made: 1, finished: true });
    await app.end();
  });

  it('stays finished with the strategy finish, and its base goes on, even where it does not listen', async () => {
    const { app, boss, fail } = await start(Boss, { strategy: 'finish' });
    await fail();
    expect(boss).to.include({ made: 1, finished: false });
    expect(boss.worker.current.finished).to.equal(true);
    expect((await app.finish()).result.exitCode).to.equal(0);
  });

  it('fails its base with the strategy escalate, even where it listens', async () => {
    const { app, boss, fail } = await start(HearingBoss, { strategy: 'escalate' });
    await fail();
    const { result } = await app.end();
    expect(boss.failed).to.have.length(1);
    expect(boss).to.include({ made: 1, finished: true });
    expectCode(result.error?.cause, 'TT_INFUSION_FAILED');
  });

  it('is not made anew while its base finishes', async () => {
    class Draining extends Boss {
      ttse__onDraining(): void {}
    }
    class AtEnd extends Worker {
      ttse__onFinished(): void {
        throw new Error('at its end');
      }
    }
    class Closing extends Boss {
      override ttse__onStart(): void {
        this.worker = this.supervise(() => {
          this.made++;
          return new AtEnd();
        });
      }
    }
    const draining = await start(Draining);
    draining.boss.ttsc__finish();
    await draining.fail();
    expect(draining.boss.made, 'while it drains it still may need it').to.equal(2);
    await draining.app.end();

    const closing = await start(Closing);
    closing.boss.ttsc__finish();
    await closing.app.end();
    expect(closing.boss.made).to.equal(1);
  });

  it('that cannot be made anew fails its base', async () => {
    class Fragile extends Boss {
      override ttse__onStart(): void {
        this.worker = this.supervise(() => {
          if (this.made++ > 0) throw new Error('cannot be made');
          return new Worker();
        });
      }
    }
    const { app, boss, fail } = await start(Fragile);
    await fail();
    const { result } = await app.end();
    expect(boss.finished).to.equal(true);
    expect((result.error?.cause as Error).message).to.equal('cannot be made');
  });

  it('that fails at each start reaches its restart limit, and is not restarted for ever', async () => {
    class Stillborn extends Worker {
      ttse__onStart(): void {
        throw new Error('boom');
      }
    }
    class Patient extends Boss {
      override ttse__onStart(): void {
        this.supervise(() => {
          this.made++;
          return new Stillborn();
        });
      }
    }
    const { app, boss } = await start(Patient, {});
    await app.end();
    expect(boss.made).to.equal(4);
  });

  const bad: SuperviseOptions[] = [{ strategy: 'retry' as never }, { limit: -1 }, { limit: NaN }, { within: -1 }];
  for (const options of bad) {
    it(`is refused with ${JSON.stringify(options)}`, async () => {
      const { app, boss } = await start(Boss, options);
      await app.end();
      expect(boss.made).to.equal(0);
      expectCode((await app.end()).result.error?.cause, 'TT_BAD_OPTION');
    });
  }

  it('is refused outside a sparkle of its base', async () => {
    const { app, boss } = await start(Boss);
    expectThrow(() => (boss as any).supervise(() => new Worker()), 'TT_NOT_RUNNING');
    await app.finish();
  });
});
