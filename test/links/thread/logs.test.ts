import { expect } from 'chai';
import { Formula, type FormulaData } from '../../../src/index.js';
import { Program, endPrograms } from '../../robustness/support/program.js';
import { type Line, WARN } from '../../support/app.js';
import { HearingBoss, endApps, start } from './programs/life-boss.js';
import { Middle } from './programs/life-nested.js';
import { Worker } from './programs/life-workers.js';
import { onlyWithAll } from '../../support/how-many.js';

/** A stream of the user's own that is an instance of a class. */
class Lines {
  readonly lines: Line[] = [];
  write(line: string): void {
    this.lines.push(JSON.parse(line) as Line);
  }
}

describe('the log of a thread', () => {
  afterEach(endApps);

  it("arrives in the app's own stream, with Tonic, id, sparkle, level and time", async () => {
    const { app, boss } = await start(() => new HearingBoss());
    const before = Date.now();
    const worker = await boss.inside(() => Worker.spawn({ name: 'far' }));
    const { id } = worker;
    worker.ttsc__log('from over there');
    worker.ttsc__finish();
    await boss.heard.on('onInfusionFinished');
    const line = app.lines.find(({ msg }) => msg === 'from over there')!;
    expect(line).to.include({ tonic: 'far', id, sparkle: 'ttsc__log', state: 'at work', level: 30 });
    expect(line.time).to.be.within(before - 5, Date.now() + 5);
  });

  it('names the thread in each line, of lives too', async () => {
    const { app, boss } = await start(() => new HearingBoss());
    const worker = await boss.inside(() => Worker.spawn({ name: 'far', logMode: 'full' }));
    worker.ttsc__log('from over there');
    worker.ttsc__finish();
    await boss.heard.on('onInfusionFinished');
    const ofThread = app.lines.filter(({ thread }) => thread === worker.thread).map(({ msg }) => msg);
    expect(ofThread).to.include.members(['infused', 'from over there', 'sparkle', 'finished']);
  });

  it('arrives in the order it was written', async () => {
    const { app, boss } = await start(() => new HearingBoss());
    await boss.inside(() => {
      const worker = Worker.spawn();
      for (let n = 0; n < 1_000; n++) worker.ttsc__log(`line ${n}`);
      worker.ttsc__finish();
    });
    await boss.heard.on('onInfusionFinished');
    const texts = app.messages().filter((text) => text.startsWith('line '));
    expect(texts).to.deep.equal(Array.from({ length: 1_000 }, (_, n) => `line ${n}`));
  });

  it('is not lost where the thread exits right after it', async () => {
    const { app, boss } = await start(() => new HearingBoss());
    await boss.inside(() => Worker.spawn().ttsc__logAndExit('the last words'));
    await boss.failure();
    expect(app.messages()).to.include('the last words');
  });

  it('begins with what each Tonic is, and its base in whatever thread', async () => {
    const { app, boss } = await start(() => new HearingBoss(), { log: { level: 'debug' } });
    await boss.inside(() => Worker.spawn({ name: 'far' }).ttsc__finish());
    await boss.heard.on('onInfusionFinished');
    const births = app.lines.filter(({ tonic, life }) => tonic === 'far' && life === 'infused');
    const base = { tonic: boss.name, id: boss.id };
    expect(births.find((line) => line['thread'] === 1)!['infused']).to.deep.include({
      class: 'Worker',
      base,
      catalyst: 'far',
    });
  });

  it('is not lost where the thread throws right after it', async () => {
    const { app, boss } = await start(() => new HearingBoss());
    await boss.inside(() => {
      const worker = Worker.spawn();
      worker.ttsc__log('the last words');
      worker.ttsc__throw('boom');
    });
    await boss.failure();
    expect(app.messages()).to.include.members(['the last words', 'boom']);
  });

  it('is not lost where nobody catches what a callback throws', async () => {
    const { app, boss } = await start(() => new HearingBoss());
    await boss.inside(() => {
      const worker = Worker.spawn();
      worker.ttsc__log('the last words');
      worker.ttsc__throwLater('boom');
    });
    await boss.failure();
    expect(app.messages()).to.include.members(['the last words', 'nobody caught: boom']);
  });

  it('that is more than the main thread keeps up with is bounded, and a line tells how much is missing', async () => {
    const { app, boss } = await start(() => new HearingBoss());
    await boss.inside(() => {
      const worker = Worker.spawn({ name: 'far' });
      worker.ttsc__logOften('x'.repeat(100_000), 300);
      worker.ttsc__finish();
    });
    await boss.heard.on('onInfusionFinished');
    const arrived = app.messages().filter((text) => text.startsWith('xxx')).length;
    const dropped = app.lines.reduce((sum, line) => sum + ((line['dropped'] as number | undefined) ?? 0), 0);
    expect(dropped).to.be.greaterThan(0);
    expect(arrived).to.be.greaterThan(100);
    expect(arrived + dropped).to.equal(300);
  });

  it('that is long in all arrives whole, where the main thread has time to write it', async () => {
    const { app, boss } = await start(() => new HearingBoss());
    const worker = await boss.inside(() => Worker.spawn({ name: 'far' }));
    for (let n = 1; n <= 30; n++) {
      worker.ttsc__logOften('x'.repeat(100_000), 10);
      worker.ttsc__say('spoke');
      await boss.heard.on('spoke', n);
    }
    worker.ttsc__finish();
    await boss.heard.on('onInfusionFinished');
    expect(app.messages().filter((text) => text.startsWith('xxx'))).to.have.length(300);
    expect(app.lines.filter((line) => 'dropped' in line)).to.deep.equal([]);
  });

  it('of a nested one arrives, too, also where the stream is an instance of a class', async () => {
    const stream = new Lines();
    let boss!: HearingBoss;
    const app = await new Promise<{ ended: Promise<unknown> }>((resolve) => {
      class Own extends Formula {
        protected override creatingFormula(): FormulaData {
          return { log: { to: stream } };
        }
        protected override creatingStartingTonics(): void {
          boss = new HearingBoss(() => resolve({ ended: running }));
        }
      }
      const running = Own.run();
    });
    const middle = await boss.inside(() => Middle.spawn({ name: 'middle' }));
    middle.ttsc__log('from the middle');
    middle.ttsc__spawn('leaf');
    const [leaf] = await boss.heard.on('spawned');
    leaf.ttsc__log('from the leaf');
    leaf.ttsc__finishYourself();
    await boss.heard.on('the middle heard of the end of');
    boss.ttsc__finish();
    await app.ended;
    expect(stream.lines.map(({ msg }) => msg)).to.include.members(['from the middle', 'from the leaf']);
  });

  it('has the level of the app', async () => {
    const { app, boss } = await start(() => new HearingBoss(), { log: { level: 'warn' } });
    await boss.inside(() => {
      const worker = Worker.spawn();
      worker.ttsc__log('not this');
      worker.ttsc__throw('but this');
    });
    await boss.failure();
    expect(app.messages()).to.include('but this').and.not.include('not this');
    expect(app.lines.filter(({ level }) => level < WARN)).to.deep.equal([]);
  });

  for (const [mode, has] of [
    ['stealth', ['boom']],
    ['off', ['infused', 'boom', 'finished']],
    ['quiet', ['infused', 'said', 'boom', 'finished']],
    ['full', ['infused', 'transition', 'sparkle', 'said', 'sparkle', 'boom', 'sparkle', 'finished']],
  ] as const) {
    it(`in mode ${mode}, as that of its base, has ${[...new Set(has)].join(', ')}`, async () => {
      const { app, boss } = await start(() => new HearingBoss(() => {}, { logMode: mode }));
      await boss.inside(() => {
        const worker = Worker.spawn({ name: 'far' });
        worker.ttsc__log('said');
        worker.ttsc__throw('boom');
      });
      await boss.heard.on('onInfusionFinished');
      // Its stand-in here has a life and a failure of its own, under the same name.
      const told = new Set(app.lines.filter(({ tonic }) => tonic === 'far').map(({ msg }) => msg));
      expect([...told].sort()).to.deep.equal([...new Set(has)].sort());
    });
  }

  it('has the mode that the thread itself is given before that of its base', async () => {
    const { app, boss } = await start(() => new HearingBoss(() => {}, { logMode: 'stealth' }));
    await boss.inside(() => {
      const worker = Worker.spawn({ name: 'far', logMode: 'quiet' });
      worker.ttsc__log('said');
      worker.ttsc__infuse('part');
      worker.ttsc__finish();
    });
    await boss.heard.on('onInfusionFinished');
    expect(app.messages()).to.include('said');
    expect(app.lines.filter(({ tonic }) => tonic === 'far/part').map(({ msg }) => msg)).to.include('infused');
  });
});

describe('the log of a thread, where the app gathers entries', () => {
  afterEach(endApps);

  it('arrives as entries that name the thread, with the lane of its base', async () => {
    const { app, boss } = await start(() => new HearingBoss(() => {}, { logLane: 'cyan' }), { log: { entries: true } });
    await boss.inside(() => {
      const worker = Worker.spawn({ name: 'far' });
      worker.ttsc__logMuch('from over there');
      worker.ttsc__finish();
    });
    await boss.heard.on('onInfusionFinished');
    const entry = app.lines.find(({ sparkle, msg }) => sparkle === 'ttsc__logMuch' && msg === 'entry');
    expect(entry).to.include({ tonic: 'far', state: 'at work', level: 30, lane: 'cyan' });
    expect(entry!['thread']).to.be.a('number').and.greaterThan(0);
    expect((entry!['lines'] as Line[]).map(({ msg }) => msg)).to.deep.equal(['from over there']);
    expect(entry).to.have.property('probes').that.deep.equals({ queue: 3 });
  });

  it('is not lost where the thread exits within a sparkle', async () => {
    const { app, boss } = await start(() => new HearingBoss(), { log: { entries: true } });
    await boss.inside(() => Worker.spawn({ name: 'far' }).ttsc__logAndExit('the last words'));
    await boss.failure();
    const entry = app.lines.find(({ sparkle, msg }) => sparkle === 'ttsc__logAndExit' && msg === 'entry');
    expect((entry!['lines'] as Line[]).map(({ msg }) => msg)).to.deep.equal(['the last words']);
    expect(entry!['flags']).to.deep.equal(['unfinished']);
  });
});

describe('the log of an app with threads that goes elsewhere', () => {
  afterEach(endApps);

  it('goes there from all threads, a nested one and one that began in silence as well', async () => {
    const { app, boss } = await start(() => new HearingBoss());
    const { log } = app.main.runtime;
    await log.use('off');
    const worker = await boss.inside(() => Worker.spawn({ name: 'far' }));
    const middle = await boss.inside(() => Middle.spawn({ name: 'middle' }));
    middle.ttsc__spawn('leaf');
    const [leaf] = await boss.heard.on('spawned');
    worker.ttsc__log('unheard');
    // The change may pass orders that wait: this one has run before it.
    worker.ttsc__say('said it');
    await boss.heard.on('said it');
    const stream = new Lines();
    await log.use(stream);
    const messages = (): string[] => stream.lines.map(({ msg }) => msg);
    // Each of them hears of the change in its own time.
    for (let n = 1; !(messages().includes('from far') && messages().includes('from the leaf')); n++) {
      worker.ttsc__log('from far');
      leaf.ttsc__log('from the leaf');
      worker.ttsc__say('spoke');
      await boss.heard.on('spoke', n);
    }
    expect(messages()).not.to.include('unheard');
    leaf.ttsc__finishYourself();
    await boss.heard.on('the middle heard of the end of');
  });

  it('is led in the main thread only', async () => {
    const { boss } = await start(() => new HearingBoss());
    await boss.inside(() => Worker.spawn({ name: 'far' }).ttsc__useLog('off'));
    const [code] = await boss.heard.on('used the log');
    expect(code).to.equal('TT_LOG_IN_THREAD');
  });
});

const LINES = Array.from({ length: 200 }, (_, n) => `line ${n}.`);

describe('the log of a thread on standard output', function () {
  this.timeout(30_000);
  afterEach(endPrograms);

  /** What a program has written whose thread has died like that. */
  async function written(to: 'screen' | 'json', how: string): Promise<string[]> {
    const program = new Program('threads-log', { args: [to, how] });
    expect(await program.heard('over')).to.include({ exitCode: 0 });
    expect((await program.ended).code).to.equal(0);
    return program.output.split('\n').filter((line) => line !== '');
  }

  for (const how of ['finish', 'throw', 'exit', 'uncaught', 'stuck']) {
    it(`has every line for a person, where the thread ends by ${how}`, async () => {
      const lines = await written('screen', how);
      const own = lines.filter((line) => line.includes('line '));
      expect(own.map((line) => /line \d+\./.exec(line)![0])).to.deep.equal(LINES);
      expect(own[7]).to.match(/^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: dying \[last words\] line 7\. \{"n":7\}$/);
      if (how === 'throw' || how === 'uncaught') expect(lines.join('\n')).to.include('the end');
    });

    it(`has every line as JSON, where the thread ends by ${how}`, async function () {
      if (how !== 'exit') onlyWithAll(this, 'what differs from the lines for a person is how a line is written');
      const lines = (await written('json', how)).map((line) => JSON.parse(line) as Line & { thread?: number });
      const own = lines.filter(({ msg }) => msg.startsWith('line '));
      expect(own.map(({ msg }) => msg)).to.deep.equal(LINES);
      expect(own[7]).to.include({ tonic: 'dying', thread: 1, state: 'last words', sparkle: 'ttsc__speak', n: 7 });
    });
  }
});
