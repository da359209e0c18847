import { expect } from 'chai';
import { Catalyst, Formula, type FormulaData, type Runtime, TimerRepeat, Tonic } from '../../src/index.js';
import { running } from '../doors/core.js';
import { NOON, runApp, startApp } from '../support/app.js';
import { expectCode, expectRejection } from '../support/errors.js';
import { stillHeld } from '../support/memory.js';

const SILENT: FormulaData = { log: { to: 'off' } };

class Ending extends Tonic {
  ttse__onStart(): void {
    this.ttsc__finish();
  }
}

/** The smallest Formula; a test says what is else. */
class Small extends Formula {
  protected override creatingFormula(): FormulaData {
    return SILENT;
  }
  protected override creatingMainCatalyst(): void {
    new Catalyst();
  }
  protected override creatingStartingTonics(): void {
    new Ending();
  }
}

describe('a Formula', () => {
  it('goes its steps in order, and what is queued before the last is run in it', async () => {
    const words: string[] = [];
    class Noting extends Tonic {
      ttse__onStart(): void {
        words.push('started');
        this.ttsc__finish();
      }
    }
    class Steps extends Small {
      protected override creatingFormula(): FormulaData {
        words.push('creatingFormula');
        return SILENT;
      }
      protected override creatingMainCatalyst(): void {
        words.push('creatingMainCatalyst');
        new Catalyst();
      }
      protected override creatingStartingTonics(): void {
        words.push('creatingStartingTonics');
        new Noting();
        words.push('created');
      }
    }
    await Steps.run();
    words.push('after run');
    expect(words).to.deep.equal([
      'creatingFormula',
      'creatingMainCatalyst',
      'creatingStartingTonics',
      'created',
      'started',
      'after run',
    ]);
  });

  it('resolves when the main Catalyst has finished, and not before', async () => {
    let over = false;
    const app = await startApp(() => void new Tonic());
    void app.ended.then(() => (over = true));
    await app.pass(3_600_000);
    expect(over).to.equal(false);
    await app.finish();
    expect(over).to.equal(true);
    expect(app.main.finished).to.equal(true);
  });

  it('tells how it ended', async () => {
    expect(await Small.run()).to.deep.equal({ exitCode: 0, error: undefined, signal: undefined });
  });

  it('that starts nothing ends', async () => {
    const { result } = await runApp(() => {});
    expect(result.exitCode).to.equal(0);
  });

  it('that starts nothing, with a main Catalyst that has work of its own, goes on', async () => {
    class Main extends Catalyst {
      ticks = 0;
      ttse__onStart(): void {
        new TimerRepeat({ seconds: 1 });
      }
      ttse__onTimer(): void {
        if (++this.ticks === 3) this.ttsc__finish();
      }
    }
    let main!: Main;
    await runApp(() => {}, { main: () => (main = new Main()) });
    expect(main.ticks).to.equal(3);
  });

  it('makes the main Catalyst the base of the starting Tonics', async () => {
    let tonic!: Tonic;
    const app = await startApp(() => (tonic = new Tonic()));
    expect(tonic.base).to.equal(app.main);
    expect(app.main.base).to.equal(undefined);
    expect(app.main).to.include({ id: 0, name: 'tt_main_catalyst' });
    await app.finish();
  });

  it('gives its constructor what run() is given', async () => {
    let given: unknown[] = [];
    class Given extends Small {
      constructor(...args: [port: number, host: string]) {
        super();
        given = args;
      }
    }
    await Given.run(7007, 'localhost');
    expect(given).to.deep.equal([7007, 'localhost']);
  });

  it('makes a Catalyst itself where none is made for it', async () => {
    class Default extends Formula {
      protected override creatingFormula(): FormulaData {
        return SILENT;
      }
    }
    expect(await Default.run()).to.include({ exitCode: 0 });
  });
});

describe('the configuration of a Formula', () => {
  it('is found by its path, with the defaults under it, and the status of the app', async () => {
    let runtime!: Runtime;
    const status: unknown[] = [];
    class Looking extends Tonic {
      ttse__onStart(): void {
        status.push(runtime.get('project/status'));
      }
    }
    const app = await startApp(
      () => {
        runtime = running.runtime!;
        status.push(runtime.get('project/status'));
        new Looking();
      },
      { data: { project: { name: 'door', version: '1.2' }, mine: { depth: { of: 3 } } } },
    );
    await app.finish();
    status.push(runtime.get('project/status'));
    expect(status).to.deep.equal(['starting', 'mainRunning', 'mainFinished']);
    expect(runtime.get('project/name')).to.equal('door');
    expect(runtime.get('project/version')).to.equal('1.2');
    expect(runtime.get('project/startedAt')).to.equal(NOON);
    expect(runtime.get('mine/depth/of')).to.equal(3);
    expect(runtime.get('mine/depth/none/there')).to.equal(undefined);
  });

  it('has the name of the class as the name of the project', async () => {
    let name: unknown;
    class Doors extends Small {
      protected override creatingStartingTonics(): void {
        name = running.runtime!.get('project/name');
      }
    }
    await Doors.run();
    expect(name).to.equal('Doors');
  });

  const bad: [FormulaData, string][] = [
    [{ log: { to: 'printer' as never } }, 'log/to'],
    [{ log: { to: {} as never } }, 'log/to'],
    [{ log: { to: null as never } }, 'log/to'],
    [{ log: { default: 'loud' as never } }, 'log/default'],
    [{ log: { default: 'toString' as never } }, 'log/default'],
    [{ log: { level: 'verbose' as never } }, 'log/level'],
    [{ log: { slowSparkle: 0 } }, 'log/slowSparkle'],
    [{ shutdown: { grace: -1 } }, 'shutdown/grace'],
    [{ shutdown: { grace: '5' as never } }, 'shutdown/grace'],
  ];
  for (const [data, option] of bad) {
    it(`is refused with ${JSON.stringify(data)}`, async () => {
      let made = false;
      class Bad extends Small {
        protected override creatingFormula(): FormulaData {
          return data;
        }
        protected override creatingMainCatalyst(): void {
          made = true;
          new Catalyst();
        }
      }
      const error = await expectRejection(Bad.run(), 'TT_BAD_OPTION');
      expect(error.details).to.include({ option });
      expect(made, 'nothing was made').to.equal(false);
    });
  }
});

describe('a Formula that cannot be carried out', () => {
  it('is refused where creatingMainCatalyst() makes no Catalyst', async () => {
    class None extends Small {
      protected override creatingMainCatalyst(): void {}
    }
    await expectRejection(None.run(), 'TT_NO_CATALYST');
  });

  for (const step of ['creatingFormula', 'creatingMainCatalyst', 'creatingStartingTonics'] as const) {
    it(`rejects with what ${step}() throws`, async () => {
      class Throwing extends Small {}
      Object.defineProperty(Throwing.prototype, step, {
        value() {
          throw new Error(`boom in ${step}`);
        },
      });
      const error = await Throwing.run().catch((thrown: unknown) => thrown);
      expect((error as Error).message).to.equal(`boom in ${step}`);
      expect(await Small.run(), 'the next one is as ever').to.include({ exitCode: 0 });
    });
  }

  it('closes what it had made so far', async () => {
    const words: string[] = [];
    let runtime!: Runtime;
    class Open extends Tonic {
      ttse__onFinished(): void {
        words.push('closed');
      }
    }
    class Half extends Small {
      protected override creatingStartingTonics(): void {
        runtime = running.runtime!;
        new Open();
        throw new Error('boom');
      }
    }
    await Half.run().catch(() => {});
    expect(words).to.deep.equal(['closed']);
    expect(runtime.ledger.size).to.equal(0);
    expect(running.endChecks, 'nothing of it is known to the next').to.equal(undefined);
  });

  it('of which a Tonic cannot be made, is one', async () => {
    class Bad extends Small {
      protected override creatingStartingTonics(): void {
        new Tonic({ name: 'a' });
        new Tonic({ name: 'a' });
      }
    }
    expectCode(await Bad.run().catch((thrown: unknown) => thrown), 'TT_NAME_TAKEN');
  });
});

describe('apps one after the other', () => {
  it('have each a runtime of their own: ids, names and time begin anew', async () => {
    for (let n = 0; n < 3; n++) {
      let tonic!: Tonic;
      const app = await startApp(() => (tonic = new Tonic({ name: 'door' })));
      expect(tonic.id).to.equal(1);
      expect(app.main.id).to.equal(0);
      await app.finish();
    }
  });

  it('leave nothing: no Tonic, no listener, no running sparkle', async () => {
    const refs: WeakRef<object>[] = [];
    const before = listeners();
    class Busy extends Tonic {
      ttse__onStart(): void {
        refs.push(new WeakRef(this), new WeakRef(new TimerRepeat({ seconds: 1 })));
        this.ttsc__finish();
      }
    }
    for (let n = 0; n < 20; n++) {
      await runApp(() => {
        refs.push(new WeakRef(running.runtime!));
        new Busy();
      });
    }
    expect(listeners()).to.deep.equal(before);
    expect(running).to.deep.equal({
      tonic: undefined,
      sparkle: undefined,
      order: undefined,
      runtime: undefined,
      starting: false,
      endChecks: undefined,
    });
    // The last one may still be on the stack of the engine.
    expect(await stillHeld(refs)).to.be.at.most(3);
  });

  it('that failed leave nothing either', async () => {
    const refs: WeakRef<object>[] = [];
    class Throwing extends Small {
      protected override creatingStartingTonics(): void {
        refs.push(new WeakRef(new Tonic()));
        throw new Error('boom');
      }
    }
    for (let n = 0; n < 20; n++) await Throwing.run().catch(() => {});
    expect(await stillHeld(refs)).to.be.at.most(1);
  });

  it('may run side by side', async () => {
    const apps = await Promise.all([1, 2, 3].map(() => startApp(() => void new Tonic({ name: 'door' }))));
    expect(apps.map(({ ledger }) => ledger.find('door')?.id)).to.deep.equal([1, 1, 1]);
    for (const app of apps) await app.finish();
  });
});

function listeners(): Record<string, number> {
  const events = ['SIGINT', 'SIGTERM', 'uncaughtExceptionMonitor', 'exit', 'beforeExit'];
  return Object.fromEntries(events.map((event) => [event, process.listenerCount(event)]));
}
