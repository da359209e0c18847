import { expect } from 'chai';
import { type AnyTonic, type LogMode, Tonic, type TonicOptions } from '../../src/index.js';
import { screenLine } from '../doors/log.js';
import { type App, type Line, type Setup, WARN, messages, runApp, startApp, NOON, stall } from '../support/app.js';
import { expectThrow } from '../support/errors.js';

const MODES = ['stealth', 'off', 'quiet', 'full'] as const;

class Talker extends Tonic<'open'> {
  constructor(options: TonicOptions = {}) {
    super({ name: 'talker', ...options });
  }
  ttsc__talk(): void {
    this.log.info('said');
  }
  ttsc__open(): void {
    this.toState('open');
  }
  ttsc__fail(): void {
    throw new Error('boom');
  }
  ttsc__work(ms: number): void {
    stall(ms);
  }
  ttse__onFailure(): void {}
}

const linesOf = async (steps: (talker: Talker) => void, options: TonicOptions = {}, setup: Setup = {}) => {
  const { lines } = await runApp(() => {
    const talker = new Talker(options);
    steps(talker);
    talker.ttsc__finish();
  }, setup);
  return lines.filter(({ tonic }) => tonic === 'talker');
};

const lineWith = (lines: readonly Line[], msg: string): Line | undefined => lines.find((line) => line.msg === msg);

describe('the log of a Tonic', () => {
  const writes: Record<(typeof MODES)[number], string[]> = {
    stealth: ['boom'],
    off: ['infused', 'boom', 'finished'],
    quiet: ['infused', 'said', 'boom', 'finished'],
    full: [
      'infused',
      'said',
      'sparkle ttsc__talk',
      'boom',
      'sparkle ttse__onFailure',
      'sparkle ttsc__fail',
      'sparkle ttsc__finish',
      'finished',
    ],
  };
  for (const mode of MODES) {
    it(`in mode ${mode} has ${writes[mode].join(', ')}`, async () => {
      const lines = await linesOf(
        (talker) => {
          talker.ttsc__talk();
          talker.ttsc__fail();
        },
        { logMode: mode },
      );
      const shown = lines.map(({ msg, sparkle }) => (msg === 'sparkle' ? `sparkle ${sparkle}` : msg));
      expect(shown).to.deep.equal(writes[mode]);
    });
  }

  it('in mode stealth has nothing but failures: no warnings, no refusals', async () => {
    class Stranger extends Tonic {
      ttsc__meddle(other: AnyTonic): void {
        other.ttsc__finish();
      }
      ttsc__promise(): unknown {
        return Promise.resolve();
      }
    }
    const app = await startApp(
      () => {
        const talker = new Talker();
        const stranger = new Stranger();
        stranger.ttsc__meddle(talker);
        stranger.ttsc__promise();
        talker.ttsc__talk();
        talker.ttsc__open();
      },
      { log: { default: 'stealth' } },
    );
    await app.finish();
    expect(app.lines).to.deep.equal([]);
  });

  it('carries Tonic, id, state, sparkle and the time of day', async () => {
    const lines = await linesOf((talker) => {
      talker.ttsc__open();
      talker.ttsc__talk();
    });
    expect(lineWith(lines, 'said')).to.deep.equal({
      level: 30,
      time: NOON,
      tonic: 'talker',
      id: 1,
      state: 'open',
      sparkle: 'ttsc__talk',
      msg: 'said',
    });
  });

  it('takes fields, errors and placeholders, at each level', async () => {
    const error = new Error('why');
    class Writer extends Tonic {
      ttsc__write(): void {
        this.log.trace('at %s', 'trace');
        this.log.debug({ port: 7007 }, 'at %s', 'debug');
        this.log.warn(error, 'at warn');
        this.log.error(error);
        this.log.fatal({ depth: { of: 3 } });
      }
    }
    const app = await startApp(() => new Writer().ttsc__write());
    await app.finish();
    const written = app.lines.filter(({ sparkle }) => sparkle === 'ttsc__write');
    expect(written.map(({ level, msg }) => [level, msg])).to.deep.equal([
      [10, 'at trace'],
      [20, 'at debug'],
      [40, 'at warn'],
      [50, 'why'],
      [60, undefined],
    ]);
    expect(written[1]).to.include({ port: 7007 });
    expect(written[2]!.err).to.include({ message: 'why' });
    expect(written[4]!['depth']).to.deep.equal({ of: 3 });
  });

  it('outside its sparkles names none', async () => {
    let talker!: Talker;
    const app = await startApp(() => (talker = new Talker()));
    talker.log.info('from outside');
    expect(lineWith(app.lines, 'from outside')).to.include({ tonic: 'talker' }).and.not.have.property('sparkle');
    await app.finish();
  });

  it('in mode full has each sparkle with its source, its state, where it went and how long it took', async () => {
    const lines = await linesOf(
      (talker) => {
        talker.ttsc__open();
        talker.ttsc__work(1.5);
      },
      { logMode: 'full' },
    );
    const sparkles = lines.filter(({ msg }) => msg === 'sparkle');
    expect(sparkles[1]).to.include({ sparkle: 'ttsc__work', state: 'open', ms: 1.5, from: 'tt_main_catalyst' });
    expect(sparkles[1]).not.to.have.property('to');
    expect(sparkles[0]).to.include({ sparkle: 'ttsc__open', ms: 0 }).and.not.have.property('state');
  });

  it('in mode full leaves out what the framework does for itself', async () => {
    const lines = await linesOf((talker) => talker.ttsc__talk(), { logMode: 'full' });
    expect(lines.filter(({ sparkle }) => sparkle?.startsWith('_ttss'))).to.deep.equal([]);
  });

  it('is written at debug level for life cycles, and at info level where it is in mode full', async () => {
    const levelOf = async (logMode: LogMode): Promise<number | undefined> =>
      lineWith(await linesOf(() => {}, { logMode }), 'infused')?.level;
    expect(await levelOf('off')).to.equal(20);
    expect(await levelOf('quiet')).to.equal(20);
    expect(await levelOf('full')).to.equal(30);
  });

  it('has no line below the level of the app', async () => {
    const lines = await linesOf((talker) => talker.ttsc__talk(), {}, { log: { level: 'warn' } });
    expect(lines).to.deep.equal([]);
  });
});

describe('the life of a Tonic in the log', () => {
  class House extends Tonic {
    ttse__onStart(): void {
      new Talker({ name: 'inside' });
      new Door({ name: 'door' });
    }
  }
  class Door extends Tonic.with({ states: ['locked', 'open', 'broken'] }) {}

  for (const entries of [false, true])
    it(`begins with what it is and where it belongs${entries ? ', in an entry' : ''}`, async () => {
      const app = await startApp(() => void new House({ name: 'house' }), { log: { entries } });
      await app.finish();
      const lives = app.lines.flatMap((line) => (Array.isArray(line['life']) ? (line['life'] as Line[]) : [line]));
      const births = lives.map(({ tonic, infused }) => [tonic, infused]).filter(([, infused]) => infused !== undefined);
      const main = { tonic: 'tt_main_catalyst', id: 0 };
      const house = { tonic: 'house', id: 1 };
      const catalyst = 'tt_main_catalyst';
      expect(births).to.deep.equal([
        ['tt_main_catalyst', { class: 'Catalyst', catalyst }],
        ['house', { class: 'House', base: main, catalyst }],
        ['inside', { class: 'Talker', base: house, catalyst }],
        ['door', { class: 'Door', base: house, catalyst, states: ['locked', 'open', 'broken'] }],
      ]);
    });

  it('names the states that sparkles are for, where the class lists none', async () => {
    class Lamp extends Tonic<'on' | 'off'> {
      ttse_on__onEnter(): void {
        this.toState('off');
      }
      ttsc_off__light(): void {
        this.toState('on');
      }
    }
    const { lines } = await runApp(() => new Lamp({ name: 'lamp' }).ttsc__finish());
    const birth = lines.find(({ tonic, life }) => tonic === 'lamp' && life === 'infused')!['infused'];
    expect(birth).to.have.property('states').that.has.members(['on', 'off']);
  });

  it('has a line for each transition in mode full: that of onEnter, or one of its own', async () => {
    class Lamp extends Tonic<'on' | 'off'> {
      ttse__onStart(): void {
        this.toState('off');
      }
      ttse_off__onEnter(): void {
        this.toState('on');
      }
    }
    const { lines } = await runApp(() => void new Lamp({ name: 'lamp', logMode: 'full' }).ttsc__finish());
    const told = lines.filter(({ msg, sparkle }) => msg === 'transition' || sparkle === 'ttse__onEnter');
    expect(told.map(({ msg, state, to }) => ({ msg, state, to }))).to.deep.equal([
      { msg: 'sparkle', state: 'off', to: undefined },
      { msg: 'transition', state: 'off', to: 'on' },
    ]);
    const quiet = await runApp(() => void new Lamp({ name: 'lamp' }).ttsc__finish());
    expect(quiet.lines.filter(({ msg }) => msg === 'transition')).to.deep.equal([]);
  });
});

describe('a slow sparkle', () => {
  it('is flagged with its time', async () => {
    const lines = await linesOf((talker) => {
      talker.ttsc__work(149);
      talker.ttsc__work(150);
    });
    const slow = lines.filter((line) => line['slow'] === true);
    expect(slow).to.have.length(1);
    expect(slow[0]).to.include({ level: WARN, sparkle: 'ttsc__work', ms: 150 });
  });

  it('is one beyond the time that the app says', async () => {
    const lines = await linesOf((talker) => talker.ttsc__work(20), {}, { log: { slowSparkle: 20 } });
    expect(lines.filter((line) => line['slow'] === true)).to.have.length(1);
  });

  it('that is a hook is flagged once, under its own name', async () => {
    class Slow extends Tonic {
      ttse__onStart(): void {
        stall(200);
        this.ttsc__finish();
      }
    }
    const { lines } = await runApp(() => void new Slow());
    const slow = lines.filter((line) => line['slow'] === true);
    expect(slow.map(({ sparkle }) => sparkle)).to.deep.equal(['ttse__onStart']);
  });

  it('is not flagged in modes below quiet', async () => {
    expect(await linesOf((talker) => talker.ttsc__work(500), { logMode: 'stealth' })).to.deep.equal([]);
  });
});

describe('a log mode', () => {
  it('is that of the app, where a Tonic and its bases have none', async () => {
    for (const mode of MODES) {
      let talker!: Talker;
      const app = await startApp(() => (talker = new Talker()), { log: { default: mode } });
      expect(talker.logMode).to.equal(mode);
      expect(app.main.logMode).to.equal(mode);
      await app.finish();
    }
  });

  it('is quiet by default', async () => {
    let talker!: Talker;
    const app = await startApp(() => (talker = new Talker()));
    expect(talker.logMode).to.equal('quiet');
    await app.finish();
  });

  it('is handed on to infusions, which may have their own', async () => {
    class Base extends Tonic {
      modes: LogMode[] = [];
      ttse__onStart(): void {
        this.modes = [new Tonic().logMode, new Tonic({ logMode: 'stealth' }).logMode];
      }
    }
    let base!: Base;
    const app = await startApp(() => (base = new Base({ logMode: 'full' })));
    expect(base.modes).to.deep.equal(['full', 'stealth']);
    await app.finish();
  });

  it('can be switched while the app runs, for the Tonic and what it infuses from then on', async () => {
    let talker!: Talker;
    let before!: Tonic;
    const app: App = await startApp(() => {
      talker = new Talker({ logMode: 'stealth' });
      before = new Tonic({ base: talker });
    });
    talker.ttsc__talk();
    await app.settled();
    expect(messages(app.lines)).not.to.include('said');
    talker.logMode = 'quiet';
    talker.ttsc__talk();
    await app.settled();
    expect(messages(app.lines)).to.include('said');
    expect([before.logMode, new Tonic({ base: talker }).logMode]).to.deep.equal(['stealth', 'quiet']);
    expectThrow(() => (talker.logMode = 'loud' as never), 'TT_BAD_OPTION');
    expect(talker.logMode).to.equal('quiet');
    await app.finish();
  });
});

describe('a line on the screen', () => {
  const cases: [Record<string, unknown>, string, string][] = [
    [{ tonic: '01.Main' }, 'listening', '01.Main listening'],
    [{ tonic: 'door', state: 'open' }, 'knocked', 'door [open] knocked'],
    [{ tonic: 'door', sparkle: 'ttsc__go', ms: 0.2 }, 'sparkle', 'door ttsc__go 0.2 ms'],
    [
      { tonic: 'door', sparkle: 'ttsc__go', state: 'open', ms: 1, from: 'main', fromSparkle: 'ttse__onStart' },
      'sparkle',
      'door [open] ttsc__go 1 ms <- main.ttse__onStart',
    ],
    [
      { tonic: 'door', sparkle: 'x', state: 'a', to: 'b', ms: 1, from: 'main' },
      'sparkle',
      'door [a -> b] x 1 ms <- main',
    ],
    [{ tonic: 'door', sparkle: 'x', ms: 200, slow: true }, 'slow sparkle', 'door x 200 ms SLOW'],
    [{}, 'no Tonic', 'no Tonic'],
    [{ tonic: 'door' }, '', 'door'],
  ];
  for (const [line, message, shown] of cases) {
    it(`is ${shown}`, () => {
      expect(screenLine(line, message)).to.equal(shown);
    });
  }
});
