import { expect } from 'chai';
import * as v from 'valibot';
import {
  type ConfigurationChange,
  type ConfigurationSources,
  Formula,
  type FormulaData,
  type Remote,
  Tonic,
} from '../../src/index.js';
import { Distiller } from '../../src/testing/index.js';
import { Heard } from '../support/heard.js';
import { Hearer } from './programs/reload-threads.js';

const RELOAD = { reload: true } as const;

class Until {
  constructor(readonly text: string) {}
}

const settings = v.object({
  port: v.optional(v.number(), 7007),
  limit: v.optional(v.pipe(v.number(), v.minValue(1, 'must be 1 or more'), v.metadata(RELOAD)), 5),
  password: v.optional(v.pipe(v.string(), v.metadata(RELOAD))),
  rates: v.pipe(
    v.object({ least: v.optional(v.number(), 1), most: v.optional(v.number(), 9) }),
    v.check(({ least, most }) => least <= most, 'must have "least" up to "most"'),
    v.metadata(RELOAD),
  ),
  until: v.optional(
    v.pipe(
      v.string(),
      v.transform((text) => ({ at: new Until(text) })),
      v.metadata(RELOAD),
    ),
  ),
  names: v.optional(v.pipe(v.array(v.string()), v.metadata(RELOAD)), []),
  /** Parts of which one may change, together with one that may not. */
  band: v.pipe(
    v.object({ low: v.optional(v.pipe(v.number(), v.metadata(RELOAD)), 1), high: v.optional(v.number(), 9) }),
    v.check(({ low, high }) => low <= high, 'must have "low" up to "high"'),
  ),
});

class Hearing extends Tonic {
  readonly heard = new Heard();
  ttse__onConfigurationChanged({ paths }: ConfigurationChange): void {
    this.heard.push('changed', paths, this.config.get('limit'));
  }
  ttsc__tell(word: string, ...values: unknown[]): void {
    this.heard.push(word, ...values);
  }
  ttsc__spawn(depth: number): void {
    Hearer.spawn(this as never, depth);
  }
}

interface Reloading {
  readonly distiller: Distiller;
  readonly hearing: Hearing;
  /** The variables that it reads; a test changes them. */
  readonly env: Record<string, string>;
  /** Has them read again, and gives what was logged meanwhile. */
  reload(): Promise<string[]>;
}

const running: Distiller[] = [];

async function start(env: Record<string, string> = {}, schema: v.GenericSchema | null = settings): Promise<Reloading> {
  let hearing!: Hearing;
  class App extends Formula {
    protected override creatingFormula(): FormulaData {
      return { rates: {}, band: {}, given: Math.min, log: { level: 'info' } };
    }
    protected override creatingConfiguration(): ConfigurationSources {
      return { env: { prefix: 'APP_', from: env }, schema: schema ?? undefined };
    }
    protected override creatingStartingTonics(): void {
      hearing = new Hearing({ name: 'hearing' });
    }
  }
  const distiller = await Distiller.start(App);
  running.push(distiller);
  const reload = async (): Promise<string[]> => {
    const before = distiller.lines.length;
    distiller.runtime.reloadConfiguration();
    await distiller.sparkle();
    return distiller.lines.slice(before).map(({ level, msg }) => `${level} ${msg}`);
  };
  return { distiller, hearing, env, reload };
}

describe('a configuration that is read again', () => {
  afterEach(async () => {
    for (const distiller of running.splice(0)) await distiller.finish();
  });

  it('has what may change, and its users hear of that in a sparkle', async () => {
    const { distiller, hearing, env, reload } = await start({ APP_LIMIT: '6' });
    const { config } = distiller.runtime;
    Object.assign(env, { APP_LIMIT: '7', APP_NAMES: 'a,b' });
    expect(await reload()).to.deep.equal(['30 the configuration was read again: limit, names are other']);
    expect(hearing.heard.all('changed')).to.deep.equal([[['limit', 'names'], 7]]);
    expect(distiller.runtime.config.source('limit')).to.equal('the environment variable APP_LIMIT');
    expect([config.get('limit'), distiller.runtime.config.get('names')]).to.deep.equal([6, ['a', 'b']]);
    expect(await reload()).to.deep.equal(['30 the configuration was read again: nothing changes']);
  });

  it('has the default where something is given no more', async () => {
    const { distiller, env, reload } = await start({ APP_LIMIT: '6' });
    delete env['APP_LIMIT'];
    expect(await reload()).to.deep.equal(['30 the configuration was read again: limit is other']);
    expect(distiller.runtime.config.get('limit')).to.equal(5);
    expect(distiller.runtime.config.source('limit')).to.equal('a default');
  });

  it('keeps what may not change, and names it in one warning', async () => {
    const { distiller, env, reload } = await start({ APP_PORT: '1' });
    Object.assign(env, { APP_PORT: '2', APP_SHUTDOWN__GRACE: '5', APP_LIMIT: '8', APP_LOG__TO: 'json' });
    const [warned, told, ...more] = await reload();
    expect(warned).to.match(/^40 .* for log\/to, port, shutdown\/grace, which cannot change while the app runs/);
    expect([told, more]).to.deep.equal(['30 the configuration was read again: limit is other', []]);
    const { config } = distiller.runtime;
    expect([config.get('port'), config.get('limit'), config.get('shutdown/grace')]).to.deep.equal([1, 8, 30_000]);
  });

  it('is not told of as changed where the default is given in words', async () => {
    const { hearing, env, reload } = await start();
    Object.assign(env, { APP_PORT: '7007', APP_LIMIT: '5' });
    expect(await reload()).to.deep.equal(['30 the configuration was read again: nothing changes']);
    expect(hearing.heard.all('changed')).to.deep.equal([]);
  });

  it('changes nothing where something is wrong, which one line tells, with secrets masked', async () => {
    const { distiller, hearing, env, reload } = await start();
    Object.assign(env, {
      APP_LIMIT: '0',
      APP_PASSWORD: 'hunter2',
      APP_LOG__LEVEL: 'loud',
      APP_LOG__OPTIONS: 'hunter2',
    });
    const lines = await reload();
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(
      /^50 The configuration was read again and is not right, so nothing changes: log\/level is "loud" \(from /,
    );
    expect(lines[0]).to.contain('; limit is 0 (from the environment variable APP_LIMIT): it must be 1 or more');
    expect(distiller.runtime.config.get('password')).to.equal(undefined);
    expect(hearing.heard.all('changed')).to.deep.equal([]);
    Object.assign(env, { APP_LIMIT: '3', APP_LOG__LEVEL: 'info' });
    delete env['APP_LOG__OPTIONS'];
    expect(await reload()).to.deep.equal(['30 the configuration was read again: limit, password are other']);
  });

  it('is checked as it would be without what may not change', async () => {
    const { distiller, env, reload } = await start();
    Object.assign(env, { APP_BAND__LOW: '20', APP_BAND__HIGH: '30' });
    expect((await reload()).join())
      .to.contain('50 ')
      .and.to.contain('must have "low" up to "high"');
    expect(distiller.runtime.config.get('band')).to.deep.equal({ low: 1, high: 9 });
  });

  it('may have a mark on a section, for all that is in it', async () => {
    const { distiller, env, reload } = await start();
    env['APP_RATES__MOST'] = '4';
    expect(await reload()).to.deep.equal(['30 the configuration was read again: rates/most is other']);
    expect(distiller.runtime.config.get('rates')).to.deep.equal({ least: 1, most: 4 });
  });

  it('may have no schema, and then only the framework says what may change', async () => {
    const { env, reload } = await start({ APP_LIMIT: '1' }, null);
    Object.assign(env, { APP_LIMIT: '2', APP_LOG__SLOW_SPARKLE: '70' });
    const [warned, told] = await reload();
    expect([warned!.includes('for limit,'), told]).to.deep.equal([
      true,
      '30 the configuration was read again: log/slowSparkle is other',
    ]);
  });

  it('changes the level of the log, and the mode of Tonics that have the default', async () => {
    const { distiller, hearing, env, reload } = await start();
    const own = new Tonic({ base: hearing, logMode: 'off' });
    const part = new Tonic({ base: hearing });
    Object.assign(env, { APP_LOG__DEFAULT: 'full', APP_LOG__LEVEL: 'debug' });
    await reload();
    expect([hearing.logMode, part.logMode, own.logMode]).to.deep.equal(['full', 'full', 'off']);
    expect(new Tonic({ base: hearing }).logMode).to.equal('full');
    expect(distiller.runtime.log.level).to.equal(hearing._ttLogLevel);
    hearing.log.debug('now it is written');
    expect(distiller.lines.at(-1)!.msg).to.equal('now it is written');
    env['APP_LOG__LEVEL'] = 'error';
    await reload();
    const before = distiller.lines.length;
    hearing.log.warn('now it is not');
    expect(distiller.lines).to.have.length(before);
  });

  it('is heard in threads, and in the threads of those', async () => {
    const { distiller, hearing, env, reload } = await start();
    hearing.ttsc__spawn(1);
    await distiller.sparkle();
    Object.assign(env, { APP_LIMIT: '9', APP_LOG__DEFAULT: 'off' });
    await reload();
    const there = hearing.heard.all('changed').filter(([depth]) => typeof depth === 'number');
    const heard = [['limit', 'log/default'], 9, 'the environment variable APP_LIMIT', 'off'];
    expect(there).to.have.deep.members([
      [0, ...heard],
      [1, ...heard],
    ]);
  });

  it('leaves out in threads what cannot cross to them', async () => {
    const { distiller, hearing, env, reload } = await start();
    hearing.ttsc__spawn(0);
    await distiller.sparkle();
    Object.assign(env, { APP_LIMIT: '9', APP_UNTIL: '2000-01-01' });
    expect(await reload()).to.deep.equal(['30 the configuration was read again: limit, until are other']);
    expect(distiller.runtime.config.get('until/at')).to.be.instanceOf(Until);
    expect(hearing.heard.all('changed')).to.have.length(2);
  });

  it('is read again for a Tonic of another thread, too', async () => {
    const { distiller, hearing, env } = await start();
    hearing.ttsc__spawn(1);
    await distiller.sparkle();
    const started = hearing.heard.all('started') as [number, Remote<Tonic & { ttsc__askForReload(): void }>][];
    const [, deepest] = started.find(([depth]) => depth === 0)!;
    env['APP_LIMIT'] = '9';
    deepest.ttsc__askForReload();
    await distiller.sparkle();
    expect(hearing.config.get('limit')).to.equal(9);
  });
});
