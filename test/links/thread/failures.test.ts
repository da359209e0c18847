import { expect } from 'chai';
import { rm, writeFile } from 'node:fs/promises';
import { Catalyst, type ErrorCode, type InfusionFailure, type RemoteHandle } from '../../../src/index.js';
import { ERROR, type Line, WARN, messages } from '../../support/app.js';
import { plainNode } from '../../support/built.js';
import { expectCode, expectThrow } from '../../support/errors.js';
import { Boss, HearingBoss, type Started, endApps, start } from './programs/life-boss.js';
import {
  BadConstructor,
  BadEnd,
  Deciding,
  EatsAtEnd,
  ExitsAtEnd,
  Hurried,
  Small,
  SpinsAtEnd,
  Watched,
  Worker,
} from './programs/life-workers.js';
import { onlyWithAll } from '../../support/how-many.js';

const dataUrl = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`;
const builtFramework = new URL('../../../dist/src/index.js', import.meta.url).href;

/** Starts a thread under a base that hears of failures, and waits for the first one. */
async function failing(
  spawn: () => RemoteHandle,
): Promise<Started<HearingBoss> & { worker: RemoteHandle; failure: InfusionFailure }> {
  const started = await start(() => new HearingBoss());
  const worker = await started.boss.inside(spawn);
  return { ...started, worker, failure: await started.boss.failure() };
}

const warnings = (lines: readonly Line[], code: ErrorCode): string[] =>
  lines.filter((line) => line.level === WARN && line.code === code).map(({ msg }) => msg);

describe('a throw in a thread', () => {
  afterEach(endApps);

  it('is heard of by its base: the error as it was, the sparkle and the state', async () => {
    const { worker, failure } = await failing(() => {
      const spawned = Worker.spawn({ name: 'far' });
      spawned.ttsc__throw('boom');
      return spawned;
    });
    expect(failure).to.include({ name: 'far', tonic: worker, sparkle: 'ttsc__throw', state: 'at work', restarts: 0 });
    expect(failure.error).to.be.instanceOf(TypeError).and.to.include({ message: 'boom', code: 'E_OWN' });
    expect(failure.error).to.have.deep.property('at', [1, 2]);
    expect(failure.error.cause).to.be.instanceOf(Error).with.property('message', 'the reason');
    expect(failure.error.stack).to.include('life-workers');
    expect(worker.finished).to.equal(true);
  });

  it('is followed by its end, in order: it hears onFinished, and its base of its end', async () => {
    const { boss, failure } = await failing(() => {
      const spawned = Worker.spawn({ name: 'far' });
      spawned.ttsc__throw('boom');
      return spawned;
    });
    const [info] = await boss.heard.on('onInfusionFinished');
    expect(info).to.include({ name: 'far', error: failure.error });
    expect(boss.heard.names).to.deep.equal(['started', 'finished', 'onInfusionFailed', 'onInfusionFinished']);
  });

  it('in its first sparkle is one', async () => {
    const { failure } = await failing(() => Worker.spawn({}, 'throw'));
    expect(failure).to.include({ sparkle: 'ttse__onStart' });
    expect(failure.error.message).to.equal('boom at its start');
  });

  it('in its last sparkle is one', async () => {
    const { failure } = await failing(() => {
      const spawned = BadEnd.spawn();
      spawned.ttsc__finish();
      return spawned;
    });
    expect(failure).to.include({ sparkle: 'ttse__onFinished' });
    expect(failure.error.message).to.equal('boom at its end');
  });

  it('in its last sparkle, when its base finishes, is one', async () => {
    const { app, boss } = await start(() => new HearingBoss());
    await boss.inside(() => BadEnd.spawn());
    await boss.heard.on('started');
    boss.ttsc__finish();
    await app.end();
    expect((await boss.failure()).error.message).to.equal('boom at its end');
    expect(boss.heard.names.at(-1)).to.equal('onFinished');
  });

  it('while its base drains is one', async () => {
    class Draining extends HearingBoss {
      ttse__onDraining(): void {}
      override ttse__onInfusionFailed(failure: InfusionFailure): void {
        super.ttse__onInfusionFailed(failure);
        this.drained();
      }
    }
    const { app, boss } = await start(() => new Draining());
    const worker = await boss.inside(() => Worker.spawn());
    boss.ttsc__finish();
    worker.ttsc__throw('boom');
    await app.end();
    expect((await boss.failure()).error.message).to.equal('boom');
  });

  it('of a Tonic in it that nobody there handles is one of its Catalyst, with the throw as the cause', async () => {
    const { boss } = await start(() => new HearingBoss());
    await boss.inside(() => Worker.spawn({ name: 'far' }).ttsc__infuse('part'));
    const [part] = await boss.heard.on('a part');
    part.ttsc__throw('boom in a part');
    const failure = await boss.failure();
    const error = expectCodeOver(failure.error, 'TT_INFUSION_FAILED');
    expect((error.cause as Error).message).to.equal('boom in a part');
  });

  it('is decided by its own onFailure, with which it goes on', async () => {
    const { boss } = await start(() => new HearingBoss());
    const worker = await boss.inside(() => Deciding.spawn());
    worker.ttsc__throw('boom');
    worker.ttsc__say('goes on');
    await boss.heard.on('goes on');
    expect(boss.heard.all('decided')).to.deep.equal([['boom']]);
    expect(boss.heard.count('onInfusionFailed')).to.equal(0);
  });

  it('is heard of by its base also where Node holds the thread open', async () => {
    const { failure } = await failing(() => {
      const spawned = Hurried.spawn({}, 'hold');
      spawned.ttsc__throw('boom');
      return spawned;
    });
    expect(failure.error.message).to.equal('boom');
  });

  it('is logged once, with Tonic and sparkle', async () => {
    const { app } = await failing(() => {
      const spawned = Worker.spawn({ name: 'far' });
      spawned.ttsc__throw('boom');
      return spawned;
    });
    const { lines } = await app.finish();
    const errors = lines.filter(({ level }) => level >= ERROR);
    expect(errors.map(({ msg, tonic, sparkle }) => [msg, tonic, sparkle])).to.deep.equal([
      ['boom', 'far', 'ttsc__throw'],
    ]);
  });
});

/** The error of another thread has its code, not its class. */
function expectCodeOver(error: Error, code: ErrorCode): Error {
  expect(error).to.have.property('code', code);
  return error;
}

describe('a thread fails', () => {
  afterEach(endApps);

  it('with TT_THREAD_FAILED where the constructor throws, and that as the cause', async () => {
    const { failure } = await failing(() => BadConstructor.spawn());
    const error = expectCode(failure.error, 'TT_THREAD_FAILED');
    expect(error.cause).to.be.instanceOf(SyntaxError).with.property('message', 'boom in the constructor');
  });

  it('with TT_THREAD_FAILED where its module cannot be found', async () => {
    class Lost extends Catalyst {
      static override readonly module = new URL('./nowhere.js', import.meta.url).href;
      static override readonly thread = plainNode;
    }
    const { failure } = await failing(() => Lost.spawn());
    const error = expectCode(failure.error, 'TT_THREAD_FAILED');
    expect(error.cause).to.be.instanceOf(Error);
  });

  it('with TT_THREAD_FAILED where its module throws', async () => {
    class Broken extends Catalyst {
      static override readonly module = dataUrl('throw new RangeError("boom in the module")');
      static override readonly thread = plainNode;
    }
    const { failure } = await failing(() => Broken.spawn());
    const error = expectCode(failure.error, 'TT_THREAD_FAILED');
    expect((error.cause as Error).message).to.equal('boom in the module');
  });

  it('with TT_THREAD_FAILED where its module does not import TaskTonic', async () => {
    class Other extends Catalyst {
      static override readonly module = dataUrl('export class Other {}');
      static override readonly thread = plainNode;
    }
    const { failure } = await failing(() => Other.spawn());
    const error = expectCode(failure.error, 'TT_THREAD_FAILED');
    expect((error.cause as Error).message).to.include('must import tasktonic');
  });

  it('with TT_NOT_IN_MODULE where its module does not export it', async () => {
    class Hidden extends Catalyst {
      static override readonly module = dataUrl(`import ${JSON.stringify(builtFramework)}; export class Hidden {}`);
      static override readonly thread = plainNode;
    }
    const { failure } = await failing(() => Hidden.spawn());
    const error = expectCode(failure.error, 'TT_THREAD_FAILED');
    expect(error.cause).to.have.property('code', 'TT_NOT_IN_MODULE');
    expect((error.cause as Error).message).to.include('Hidden');
  });

  it('with TT_THREAD_FAILED where a callback of Node throws in it', async () => {
    const { app, failure } = await failing(() => {
      const spawned = Worker.spawn({ name: 'far' });
      spawned.ttsc__throwLater('boom later');
      return spawned;
    });
    const error = expectCode(failure.error, 'TT_THREAD_FAILED');
    expect(error.cause).to.be.instanceOf(RangeError).and.to.include({ message: 'boom later', code: 'E_LATER' });
    const { lines } = await app.finish();
    expect(messages(lines, ERROR)).to.include('nobody caught: boom later');
  });

  it('with TT_THREAD_FAILED where nobody handles a rejection in it', async () => {
    const { failure } = await failing(() => {
      const spawned = Worker.spawn();
      spawned.ttsc__reject('rejected');
      return spawned;
    });
    const error = expectCode(failure.error, 'TT_THREAD_FAILED');
    expect((error.cause as Error).message).to.equal('rejected');
  });

  it('with TT_THREAD_EXITED and the code where a sparkle of it calls process.exit()', async () => {
    const { app, failure } = await failing(() => {
      const spawned = Worker.spawn({ name: 'far' });
      spawned.ttsc__exit(3);
      return spawned;
    });
    expect(expectCode(failure.error, 'TT_THREAD_EXITED').details).to.deep.equal({ tonic: 'far', code: 3 });
    expect((await app.finish()).result.exitCode).to.equal(0);
  });

  it('with TT_THREAD_EXITED where its first sparkle exits', async () => {
    const { failure } = await failing(() => Worker.spawn({}, 'exit'));
    expect(expectCode(failure.error, 'TT_THREAD_EXITED').details).to.include({ code: 4 });
  });

  it('with TT_THREAD_EXITED where its last sparkle exits', async () => {
    const { failure } = await failing(() => {
      const spawned = ExitsAtEnd.spawn();
      spawned.ttsc__finish();
      return spawned;
    });
    expect(expectCode(failure.error, 'TT_THREAD_EXITED').details).to.include({ code: 5 });
  });

  it('with TT_THREAD_EXITED where it exits with 0', async () => {
    const { failure } = await failing(() => {
      const spawned = Worker.spawn();
      spawned.ttsc__exit(0);
      return spawned;
    });
    expect(expectCode(failure.error, 'TT_THREAD_EXITED').details).to.include({ code: 0 });
  });

  it('with TT_THREAD_OUT_OF_MEMORY where it holds more than its resourceLimits', async function () {
    this.timeout(20_000);
    const { failure } = await failing(() => {
      const spawned = Small.spawn();
      spawned.ttsc__eatMemory();
      return spawned;
    });
    expectCode(failure.error, 'TT_THREAD_OUT_OF_MEMORY');
  });

  it('with TT_THREAD_OUT_OF_MEMORY where it holds more as the last thing that it does', async function () {
    this.timeout(20_000);
    const { app, boss, failure } = await failing(() => {
      const spawned = EatsAtEnd.spawn({ name: 'far' });
      spawned.ttsc__finish();
      return spawned;
    });
    expectCode(failure.error, 'TT_THREAD_OUT_OF_MEMORY');
    expect(boss.infusions.size).to.equal(0);
    expect((await app.finish()).result.exitCode).to.equal(0);
  });

  it('with TT_THREAD_OUT_OF_MEMORY where that is because its base finishes, which goes on to its end', async function () {
    this.timeout(20_000);
    const { app, boss } = await start(() => new HearingBoss());
    await boss.inside(() => EatsAtEnd.spawn({ name: 'far' }));
    await boss.heard.on('started');
    boss.ttsc__finish();
    await app.end();
    expectCode((await boss.failure()).error, 'TT_THREAD_OUT_OF_MEMORY');
    expect(boss.heard.names.at(-1)).to.equal('onFinished');
  });

  it('at the call with TT_NO_MODULE where its class does not say where it is', async () => {
    class Placeless extends Catalyst {}
    class Heir extends Worker {}
    const { boss } = await start(() => new Boss());
    await boss.inside(() => {
      expect(expectThrow(() => Placeless.spawn(), 'TT_NO_MODULE').message).to.include('import.meta.url');
      // Its parent's module has the parent, not it.
      expectThrow(() => Heir.spawn(), 'TT_NO_MODULE');
    });
    expect(boss.infusions.size).to.equal(0);
  });

  it('at the call with TT_NO_BASE where no sparkle runs', () => {
    expectThrow(() => Worker.spawn(), 'TT_NO_BASE');
  });
});

describe('a thread that is in an endless loop as it finishes', () => {
  afterEach(endApps);

  it('is ended by the deadline of its base, and named in the log', async () => {
    const { app, boss } = await start(() => new HearingBoss());
    const worker = await boss.inside(() => SpinsAtEnd.spawn({ name: 'far' }));
    await boss.heard.on('started');
    worker.ttsc__finish();
    await boss.heard.on('onInfusionFinished');
    expect(worker.finished).to.equal(true);
    const { lines, result } = await app.finish();
    expect(warnings(lines, 'TT_ABORTED').join()).to.include('far');
    expect(result.exitCode).to.equal(0);
  });

  it('does not keep its base from finishing, nor the app', async () => {
    const { app, boss } = await start(() => new HearingBoss());
    await boss.inside(() => SpinsAtEnd.spawn({ name: 'far' }));
    await boss.heard.on('started');
    boss.ttsc__finish();
    const { lines, result } = await app.end();
    expect(warnings(lines, 'TT_ABORTED').join()).to.include('far');
    expect(boss.heard.names.at(-1)).to.equal('onFinished');
    expect(result.exitCode).to.equal(0);
  });
});

describe('the watchdog of a thread', () => {
  afterEach(endApps);

  it('ends one that is stuck, which fails with TT_THREAD_STUCK, and leaves others alone: idle, or busy and getting on', async () => {
    const { boss } = await start(() => new HearingBoss());
    const [idle, busy, stuck] = await boss.inside(() =>
      ['idle', 'busy', 'stuck'].map((name) => Watched.spawn({ name })),
    );
    await boss.heard.on('started', 3);
    // Of many turns, each of which takes up to 64 of them.
    for (let n = 0; n < 400; n++) busy!.ttsc__sleep(3);
    busy!.ttsc__say('done');
    stuck!.ttsc__spin(Infinity);
    const { error } = await boss.failure();
    expect(expectCode(error, 'TT_THREAD_STUCK').details).to.deep.equal({ tonic: 'stuck', ms: 1_000 });
    await boss.heard.on('done');
    idle!.ttsc__say('there');
    await boss.heard.on('there');
    expect(boss.heard.count('onInfusionFailed')).to.equal(1);
  });

  it('leaves one alone whose base was busy meanwhile', async function () {
    onlyWithAll(this, 'a base that is busy for seconds');
    const { boss } = await start(() => new HearingBoss());
    const worker = await boss.inside(() => Watched.spawn());
    await boss.heard.on('started');
    for (let n = 0; n < 2; n++) {
      await boss.inside(() => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_300));
    }
    worker.ttsc__say('there');
    await boss.heard.on('there');
    expect(boss.heard.count('onInfusionFailed')).to.equal(0);
  });

  it('leaves one alone that takes longer to start', async function () {
    onlyWithAll(this, 'a thread that starts for long');
    const { boss } = await start(() => new HearingBoss());
    class Slow extends Catalyst {
      static override readonly module = dataUrl(`
        import { Catalyst } from ${JSON.stringify(builtFramework)};
        const end = performance.now() + 700;
        while (performance.now() < end);
        export class Slow extends Catalyst {
          ttse__onStart() { this.base.ttsc__tell('started'); }
        }`);
      static override readonly thread = { ...plainNode, watchdog: 200 };
    }
    await boss.inside(() => Slow.spawn());
    await Promise.race([boss.heard.on('started'), boss.heard.on('onInfusionFailed')]);
    expect(boss.heard.names).to.deep.equal(['started']);
  });
});

describe('the orders of a thread that has died', () => {
  afterEach(endApps);

  it('are counted and named in the log', async () => {
    const { app } = await failing(() => {
      const spawned = Worker.spawn({ name: 'far' });
      spawned.ttsc__exit(3);
      for (let n = 0; n < 3; n++) spawned.ttsc__say('lost');
      spawned.ttsc__count();
      return spawned;
    });
    const { lines } = await app.finish();
    const [lost, ...more] = warnings(lines, 'TT_ORDERS_LOST');
    expect(more).to.deep.equal([]);
    // The one that it died in is not done.
    expect(lost).to.equal('5 orders for far were lost with it: ttsc__exit, ttsc__say (3), ttsc__count.');
  });

  it('are all counted, also those that still waited here', async () => {
    const { app } = await failing(() => {
      const spawned = Worker.spawn({ name: 'far' });
      spawned.ttsc__exit(3);
      for (let n = 0; n < 20_000; n++) spawned.ttsc__count();
      return spawned;
    });
    const { lines } = await app.finish();
    expect(warnings(lines, 'TT_ORDERS_LOST')).to.deep.equal([
      '20001 orders for far were lost with it: ttsc__exit, ttsc__count (20000).',
    ]);
  });

  it('are not told of where it had done all', async () => {
    const { boss, app } = await start(() => new HearingBoss());
    const worker = await boss.inside(() => Worker.spawn());
    await boss.inside(() => {
      for (let n = 0; n < 100; n++) worker.ttsc__count();
      worker.ttsc__sayCount();
    });
    await boss.heard.on('count');
    await boss.inside(() => worker.ttsc__throwLater('boom'));
    await boss.failure();
    const { lines } = await app.finish();
    expect(warnings(lines, 'TT_ORDERS_LOST')).to.deep.equal([]);
  });
});

describe('a failure of a thread', () => {
  afterEach(endApps);

  it('that nobody hears of ends the app with exit code 1', async () => {
    const { app, boss } = await start(() => new Boss());
    await boss.inside(() => Worker.spawn({ name: 'far' }).ttsc__throw('boom'));
    const { result } = await app.end();
    expect(result.exitCode).to.equal(1);
    const causes: unknown[] = [];
    for (let error: unknown = result.error; error instanceof Error; error = error.cause) causes.push(error.message);
    expect(causes).to.include('boom');
    expect(causes[0]).to.include('boss failed');
  });

  it('is followed by a new one where it is supervised', async () => {
    const { boss } = await start(() => new HearingBoss());
    const supervised = await boss.inside(() => boss.lookAfter(() => Worker.spawn({ name: 'far' })));
    const first = supervised.current;
    first.ttsc__throw('boom');
    const failure = await boss.failure();
    expect(failure).to.include({ tonic: first, restarts: 1 });
    await boss.heard.on('started', 2);
    const second = supervised.current;
    expect(second).to.not.equal(first);
    expect(second).to.include({ name: 'far', finished: false });
    expect(second.thread).to.not.equal(first.thread);
    expect(first.finished).to.equal(true);
    await boss.inside(() => {
      first.ttsc__say('to the first');
      second.ttsc__say('to the second');
    });
    await boss.heard.on('to the second');
    expect(boss.heard.count('to the first')).to.equal(0);
  });

  it('is followed by a new one after every kind of death', async () => {
    const { boss } = await start(() => new HearingBoss());
    const supervised = await boss.inside(() => boss.lookAfter(() => Worker.spawn({ name: 'far' })));
    const deaths = [
      () => supervised.current.ttsc__exit(3),
      () => supervised.current.ttsc__throwLater('boom'),
      () => supervised.current.ttsc__throw('boom'),
    ];
    for (const [n, die] of deaths.entries()) {
      await boss.heard.on('started', n + 1);
      await boss.inside(die);
    }
    await boss.heard.on('started', 4);
    expect(boss.heard.all('onInfusionFailed').map(([{ restarts }]) => restarts as number)).to.deep.equal([1, 2, 3]);
  });

  it('is not followed by a new one beyond the limit: then its base fails', async () => {
    const { app, boss } = await start(() => new HearingBoss());
    const supervised = await boss.inside(() => boss.lookAfter(() => Worker.spawn({}, 'throw'), { limit: 2 }));
    const { result } = await app.end();
    expect(boss.heard.all('onInfusionFailed').map(([{ restarts }]) => restarts as number)).to.deep.equal([1, 2, 0]);
    expect(supervised.current.finished).to.equal(true);
    expectCode(result.error?.cause, 'TT_RESTART_LIMIT');
    expect(result.exitCode).to.equal(1);
  });

  for (const [what, module] of [
    ['its module cannot be found', new URL('./nowhere.js', import.meta.url).href],
    ['its module throws', dataUrl('throw new RangeError("boom in the module")')],
    ['its module does not export it', dataUrl(`import ${JSON.stringify(builtFramework)}; export class Hidden {}`)],
  ] as const) {
    it(`is not followed by a new one where ${what}: that would fail as well`, async () => {
      class Unloaded extends Catalyst {
        static override readonly module = module;
        static override readonly thread = plainNode;
      }
      const { app, boss } = await start(() => new HearingBoss());
      await boss.inside(() => boss.lookAfter(() => Unloaded.spawn() as never));
      const { result } = await app.end();
      expect(boss.heard.all('onInfusionFailed').map(([{ restarts }]) => restarts as number)).to.deep.equal([0]);
      expectCode(result.error?.cause, 'TT_INFUSION_FAILED');
    });
  }

  it('with TT_NO_LOADER, which says what to do, where Node has no loader for its module there', async () => {
    class Typed extends Catalyst {
      static override readonly module = new URL('./programs/life-workers.tsy', import.meta.url).href;
      // Without the loader that runs the tests.
      static override readonly thread = plainNode;
    }
    await writeFile(new URL(Typed.module), 'export const a: number = 1;');
    after(async () => rm(new URL(Typed.module)));
    const { failure } = await failing(() => Typed.spawn());
    const error = expectCode(failure.error, 'TT_NO_LOADER');
    expect(error.message).to.include('life-workers.tsy').and.include('node --import');
    expect(error.cause).to.have.property('code', 'ERR_UNKNOWN_FILE_EXTENSION');
  });

  it('is not followed by a new one where it finished as meant', async () => {
    const { boss } = await start(() => new HearingBoss());
    const supervised = await boss.inside(() => boss.lookAfter(() => Worker.spawn()));
    const first = supervised.current;
    first.ttsc__finishYourself();
    await boss.heard.on('onInfusionFinished');
    expect(supervised.current).to.equal(first);
    expect(boss.infusions.size).to.equal(0);
  });
});

describe('a throw in the base of a thread', () => {
  afterEach(endApps);

  it('finishes the thread in order', async () => {
    const { app, boss } = await start(() => new Boss());
    await boss.inside(() => Worker.spawn());
    await boss.heard.on('started');
    boss.ttsc__do(() => {
      throw new Error('boom at home');
    });
    const { result } = await app.end();
    expect(boss.heard.names).to.deep.equal(['started', 'finished', 'onInfusionFinished', 'onFinished']);
    expect((result.error?.cause as Error).message).to.equal('boom at home');
    expect(result.exitCode).to.equal(1);
  });

  it('in the sparkle that started the thread finishes that, and it never was', async () => {
    class Patient extends Boss {
      ttse__onFailure(error: Error): void {
        this.heard.push('onFailure', error.message);
      }
    }
    const { boss } = await start(() => new Patient());
    let worker!: RemoteHandle;
    boss.ttsc__do(() => {
      worker = Worker.spawn();
      throw new Error('boom at home');
    });
    await boss.heard.on('onInfusionFinished');
    expect(worker.finished).to.equal(true);
    expect(boss.heard.all('onFailure')).to.deep.equal([['boom at home']]);
    expect(boss.infusions.size).to.equal(0);
  });
});
