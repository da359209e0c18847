import { expect } from 'chai';
import { type InfusionInfo, type Remote, Tonic } from '../../../src/index.js';
import { type Line, WARN, messages } from '../../support/app.js';
import { expectThrow } from '../../support/errors.js';
import { Boss, HearingBoss, endApps, start } from './programs/life-boss.js';
import { FirstArgument, Hurried, type Part, Undrained, Worker } from './programs/life-workers.js';

const codes = (lines: readonly Line[]): (string | undefined)[] =>
  lines.filter(({ level }) => level >= WARN).map(({ code, err }) => code ?? err?.code);

describe('a Catalyst in a thread', () => {
  afterEach(endApps);

  it('has the id and name that its base knows it by, and another thread', async () => {
    const { boss } = await start(() => new Boss());
    const worker = await boss.inside(() => Worker.spawn({ name: 'far' }));
    const [name, id, thread] = await boss.heard.on('started');
    expect({ name, id, thread }).to.deep.equal({ name: 'far', id: worker.id, thread: worker.thread });
    expect(worker).to.include({ name: 'far', finished: false });
    expect(worker.thread).to.be.above(0);
  });

  it('is called after its class where it is given no name', async () => {
    const { boss } = await start(() => new Boss());
    const worker = await boss.inside(() => Worker.spawn());
    const [name] = await boss.heard.on('started');
    expect(name)
      .to.equal(worker.name)
      .and.to.match(/^\d\d\.Worker$/);
  });

  it('is among the infusions of its base while it is there', async () => {
    const { boss } = await start(() => new Boss());
    const worker = await boss.inside(() => Worker.spawn({ name: 'far' }));
    expect([...boss.infusions].map(({ name }) => name)).to.deep.equal(['far']);
    worker.ttsc__finish();
    await boss.heard.on('onInfusionFinished');
    expect(boss.infusions.size).to.equal(0);
  });

  it('cannot be started by a base that closes', async () => {
    const { app, boss } = await start(() => new Boss());
    let refused: unknown;
    class Late extends Boss {
      override ttse__onFinished(): void {
        refused = expectThrow(() => Worker.spawn(), 'TT_BASE_FINISHED');
      }
    }
    await boss.inside(() => new Late(() => {}, { name: 'late' }).ttsc__finish());
    await boss.heard.on('onInfusionFinished');
    expect(refused).to.be.instanceOf(Error);
    await app.finish();
  });
});

describe('the end of a thread', () => {
  afterEach(endApps);

  it('comes before that of its base, which has heard what the thread said last', async () => {
    const { app, boss } = await start(() => new Boss());
    await boss.inside(() => [Worker.spawn({ name: 'a' }), Worker.spawn({ name: 'b' })]);
    await boss.heard.on('started', 2);
    boss.ttsc__finish();
    await app.end();
    const { names } = boss.heard;
    expect(boss.heard.count('finished')).to.equal(2);
    expect(boss.heard.count('onInfusionFinished')).to.equal(2);
    expect(names.lastIndexOf('onInfusionFinished')).to.be.above(names.lastIndexOf('finished'));
    expect(names.at(-1)).to.equal('onFinished');
  });

  it('comes in order also where its base finishes before the thread runs', async () => {
    const { app, boss } = await start(() => new Boss());
    await boss.inside(() => {
      Worker.spawn();
      boss.ttsc__finish();
    });
    const { result, lines } = await app.end();
    expect(boss.heard.names).to.deep.equal(['started', 'finished', 'onInfusionFinished', 'onFinished']);
    expect(result).to.include({ exitCode: 0, error: undefined });
    expect(messages(lines, WARN)).to.deep.equal([]);
  });

  it('is heard of by its base, as that of its Remote', async () => {
    const { boss } = await start(() => new Boss());
    const worker = await boss.inside(() => Worker.spawn({ name: 'far' }));
    const { id } = worker;
    worker.ttsc__finishYourself();
    const [info] = (await boss.heard.on('onInfusionFinished')) as [InfusionInfo];
    expect(info).to.deep.equal({ id, name: 'far', tonic: worker, error: undefined });
    expect(info.tonic).to.equal(worker);
    expect(worker.finished).to.equal(true);
    expect(boss.finished).to.equal(false);
  });

  it('may be asked for by its base', async () => {
    const { boss } = await start(() => new Boss());
    const worker = await boss.inside(() => {
      const spawned = Worker.spawn();
      spawned.ttsc__finish();
      return spawned;
    });
    await boss.heard.on('onInfusionFinished');
    expect(worker.finished).to.equal(true);
  });

  it('may be asked for by nobody else: another Tonic, another thread, a Tonic of its own', async () => {
    class Stranger extends Tonic {
      ttsc__finishIt(worker: Remote<Worker>): void {
        worker.ttsc__finish();
      }
    }
    const { app, boss } = await start(() => new Boss());
    const [worker, other] = await boss.inside(() => {
      const pair = [Worker.spawn({ name: 'far' }), Worker.spawn({ name: 'other' })] as const;
      new Stranger({ name: 'stranger' }).ttsc__finishIt(pair[0]);
      pair[0].ttsc__infuse('part');
      return pair;
    });
    const [part] = (await boss.heard.on('a part')) as unknown as [Remote<Part>];
    part.ttsc__finishItsBase();
    other.ttsc__finishThat(worker);
    // Said by whom it was told to finish, behind that: senders are not in any order among each other.
    await boss.heard.on('other was here');
    await boss.inside(() => worker.ttsc__say('goes on'));
    part.ttsc__say('part goes on');
    await boss.heard.on('part goes on');
    await boss.heard.on('goes on');
    worker.ttsc__finishYourself();
    const { lines } = await app.finish();
    expect(messages(lines, WARN).sort()).to.deep.equal(
      ['other', 'part', 'stranger'].map((name) => `refused to finish for ${name}, which is not its base`),
    );
  });

  it('leaves nothing: no Tonic, no name, no thread', async () => {
    const { app, boss } = await start(() => new Boss());
    const tonics = app.ledger.size;
    const before = process.getActiveResourcesInfo().sort();
    for (let n = 1; n <= 2; n++) {
      await boss.inside(() => Worker.spawn({ name: 'far' }).ttsc__finishYourself());
      await boss.heard.on('onInfusionFinished', n);
      expect(app.ledger.size).to.equal(tonics);
      expect(app.ledger.find('far')).to.equal(undefined);
    }
    const left = process.getActiveResourcesInfo().filter((kind) => kind === 'Worker' || kind === 'MessagePort');
    expect(left).to.deep.equal(before.filter((kind) => kind === 'Worker' || kind === 'MessagePort'));
  });
});

describe('calls to a thread', () => {
  afterEach(endApps);

  it('made before it runs, while it starts and right before it finishes are all done, in order', async () => {
    const { boss } = await start(() => new Boss());
    let sent = 0;
    const say = (worker: Remote<Worker>): void => worker.ttsc__say('said', sent++);
    const worker = await boss.inside(() => {
      const spawned = Worker.spawn();
      for (let n = 0; n < 500; n++) say(spawned);
      return spawned;
    });
    while (boss.heard.count('started') === 0) {
      await boss.inside(() => say(worker));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await boss.inside(() => {
      for (let n = 0; n < 500; n++) say(worker);
      worker.ttsc__finish();
    });
    await boss.heard.on('onInfusionFinished');
    expect(boss.heard.all('said').map(([n]) => n as number)).to.deep.equal([...Array(sent).keys()]);
  });

  it('made right before its base finishes are done, however many they are', async () => {
    const { app, boss } = await start(() => new Boss());
    await boss.inside(() => {
      const worker = Worker.spawn();
      for (let n = 0; n < 30_000; n++) worker.ttsc__count();
      worker.ttsc__sayCount();
      boss.ttsc__finish();
    });
    const { lines } = await app.end();
    expect(boss.heard.all('count')).to.deep.equal([[30_000]]);
    expect(messages(lines, WARN)).to.deep.equal([]);
  });

  it('that has finished do nothing', async () => {
    const { app, boss } = await start(() => new Boss());
    const worker = await boss.inside(() => Worker.spawn());
    worker.ttsc__finish();
    await boss.heard.on('onInfusionFinished');
    await boss.inside(() => worker.ttsc__say('nobody'));
    const { result } = await app.finish();
    expect(boss.heard.count('nobody')).to.equal(0);
    expect(result.exitCode).to.equal(0);
  });
});

describe('what a thread says right before it finishes', () => {
  afterEach(endApps);

  it('is heard by its base', async () => {
    const { boss } = await start(() => new Boss());
    await boss.inside(() => Worker.spawn().ttsc__sayOftenAndFinish('last', 1_000));
    await boss.heard.on('onInfusionFinished');
    expect(boss.heard.count('last')).to.equal(1_000);
  });

  it('is heard by its base however much it is', async () => {
    const { boss } = await start(() => new Boss());
    await boss.inside(() => Worker.spawn().ttsc__sayOftenAndFinish('last', 30_000));
    await boss.heard.on('onInfusionFinished');
    expect(boss.heard.count('last')).to.equal(30_000);
  });
});

describe('a thread that does not end in time', () => {
  afterEach(endApps);

  const aborted = (lines: readonly Line[]): string[] =>
    lines.filter(({ code }) => code === 'TT_ABORTED').map(({ msg }) => msg);

  for (const [what, begin, go = () => {}] of [
    ['because Node holds it open', () => Hurried.spawn({ name: 'far' }, 'hold')],
    ['because it never says that it has drained', () => Undrained.spawn({ name: 'far' })],
    ['because it runs for ever', () => Hurried.spawn({ name: 'far' }), (far) => far.ttsc__spin(Infinity)],
  ] as [string, () => Remote<Hurried>, ((far: Remote<Hurried>) => void)?][]) {
    it(`${what} is ended at its deadline when its base finishes, and named`, async () => {
      const { app, boss } = await start(() => new Boss());
      const worker = await boss.inside(begin);
      await boss.heard.on('started');
      await boss.inside(() => go(worker));
      const began = performance.now();
      boss.ttsc__finish();
      const { result, lines } = await app.end();
      expect(performance.now() - began).to.be.within(140, 3_000);
      expect(aborted(lines)).to.deep.equal(['far had not finished draining after 150 ms and was aborted.']);
      expect(worker.finished).to.equal(true);
      expect(boss.heard.names.slice(-2)).to.deep.equal(['onInfusionFinished', 'onFinished']);
      expect(result.exitCode).to.equal(0);
    });

    it(`${what} is ended at its deadline when its base tells it to finish, and named`, async () => {
      const { app, boss } = await start(() => new Boss());
      const worker = await boss.inside(begin);
      await boss.heard.on('started');
      await boss.inside(() => go(worker));
      await boss.inside(() => worker.ttsc__finish());
      await boss.heard.on('onInfusionFinished');
      expect(worker.finished).to.equal(true);
      const { lines } = await app.finish();
      expect(aborted(lines)).to.have.length(1);
    });
  }

  it('because Node holds it open is ended at its deadline when it finishes by itself, and named', async () => {
    const { app, boss } = await start(() => new Boss());
    const worker = await boss.inside(() => Hurried.spawn({ name: 'far' }, 'hold'));
    await boss.heard.on('started');
    worker.ttsc__finishYourself();
    await boss.heard.on('onInfusionFinished');
    const { lines } = await app.finish();
    expect(aborted(lines)).to.have.length(1);
  });

  it('is not one that drains in time', async () => {
    const { app, boss } = await start(() => new Boss());
    const worker = await boss.inside(() => Undrained.spawn());
    await boss.heard.on('started');
    boss.ttsc__finish();
    await boss.heard.on('draining');
    worker.ttsc__drained();
    const { lines } = await app.end();
    expect(boss.heard.names).to.include('finished');
    expect(codes(lines)).to.deep.equal([]);
  });

  it('is ended by the grace period of the app at the latest', async () => {
    const { app, boss } = await start(() => new HearingBoss(), { data: { shutdown: { grace: 100 } } });
    await boss.inside(() => Worker.spawn({ name: 'far' }, 'hold'));
    await boss.heard.on('started');
    process.emit('SIGTERM', 'SIGTERM');
    const { result, lines } = await app.end();
    expect(result).to.deep.include({ exitCode: 1, signal: 'SIGTERM' });
    expect(aborted(lines)).to.include('far had not finished its end after 100 ms and was aborted.');
  });
});

describe('the arguments of a thread', () => {
  afterEach(endApps);

  it('arrive as they are where the first is no options', async () => {
    const { boss } = await start(() => new Boss());
    await boss.inside(() => FirstArgument.spawn([1, 2, 3]));
    expect(await boss.heard.on('given')).to.deep.equal([[1, 2, 3]]);
  });
});
