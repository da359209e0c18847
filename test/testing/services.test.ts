import { expect } from 'chai';
import {
  type Answer,
  Catalyst,
  Formula,
  type Remote,
  type RemoteHandle,
  SelectorCatalyst,
  Tonic,
} from '../../src/index.js';
import { Distiller } from '../../src/testing/index.js';
import type { ServiceInfo } from '../doors/core.js';
import { expectCode } from '../support/errors.js';

export class Board extends Tonic {
  static override readonly service = 'board';
  static override readonly module = import.meta.url;
  static notes: string[] = [];
  ttsc__note(text: string): void {
    Board.notes.push(text);
  }
}

export class Engine extends Catalyst {
  static override readonly service = 'engine';
  static override readonly module = import.meta.url;
  ttsc__run(): void {}
}

export class Worker extends Catalyst {
  static override readonly module = import.meta.url;
  ttse__onStart(): void {
    this.use(Board).ttsc__note('here');
    this.use(Engine).ttsc__run();
  }
}

class Stopper extends Tonic {
  ttsc__stop(): void {
    this.use(Oracle).ttsc__stop();
  }
}

class Boss extends Tonic {
  constructor(private readonly begin: () => unknown = () => Worker.spawn({ name: 'worker' })) {
    super({ name: 'boss' });
  }
  ttse__onStart(): void {
    this.begin();
  }
  ttsc__hear(): void {}
  ttse__onInfusionFailed(): void {}
}

export class Frail extends Tonic {
  static override readonly service = 'frail';
  static override readonly module = import.meta.url;
  static override readonly supervision = { limit: 1 };
  static made = 0;
  constructor() {
    super();
    Frail.made++;
  }
  ttsc__break(): void {
    throw new Error('broken');
  }
}

export class Breaker extends Catalyst {
  static override readonly module = import.meta.url;
  ttsc__break(): void {
    this.use(Frail).ttsc__break();
  }
  ttse__onFrailCompleted({ error }: ServiceInfo): void {
    this.log.info(`completed: ${error?.message}`);
  }
}

export class Last extends Catalyst {
  static override readonly module = import.meta.url;
  ttsc__use(): void {
    this.use(Board).ttsc__note('hello');
  }
  ttse__onDraining(): void {
    this.use(Board).ttsc__note(`last words of ${this.name}`);
    this.drained();
  }
}

/** Uses a service, and finishes when the way to the main thread is full. */
export class Flooder extends Catalyst {
  static override readonly module = import.meta.url;
  declare readonly base: Remote<Boss>;
  ttse__onStart(): void {
    const user = new User({ name: 'user' });
    user.ttsc__flood(this.base);
    user.ttsc__finish();
  }
}

class User extends Tonic {
  ttsc__flood(boss: Remote<Boss>): void {
    this.use(Board);
    try {
      for (;;) boss.ttsc__hear();
    } catch (thrown) {
      expectCode(thrown, 'TT_QUEUE_FULL');
    }
  }
}

/** Uses a service again and again, for a Tonic that ends before its thread. */
export class Host extends Catalyst {
  static override readonly module = import.meta.url;
  #guest!: Guest;
  ttse__onStart(): void {
    this.#guest = new Guest({ name: 'guest' });
  }
  ttsc__use(): void {
    this.#guest.ttsc__use();
  }
  ttsc__end(): void {
    this.#guest.ttsc__finish();
  }
}

class Guest extends Tonic {
  ttsc__use(): void {
    this.ask(this.use(Oracle)).ttsc__ask().then(this.ttse__answer, this.ttse__none);
  }
  ttse__answer(): void {
    Oracle.notes.push('answer');
  }
  ttse__none({ code }: Error & { readonly code?: string }): void {
    Oracle.notes.push(code!);
  }
  ttse__onOracleCompleted(): void {}
  ttse__onFinished(): void {
    Oracle.notes.push(`${this.questions.late} late`);
  }
}

export class Oracle extends Tonic {
  static override readonly service = 'oracle';
  static override readonly module = import.meta.url;
  static notes: string[] = [];
  ttsc__ask(answer: Answer<number>): void {
    answer.give(42);
  }
  ttsc__stop(): void {
    this.ttsc__finish();
  }
}

class FloodedApp extends Formula {
  protected override creatingMainCatalyst(): unknown {
    return new SelectorCatalyst({ queueLimit: 100 });
  }
  protected override creatingStartingTonics(): void {
    new Boss(() => Flooder.spawn({ name: 'flooder' }));
  }
}

/** An app with services that a thread uses, stopped after so many sparkles. */
async function stopped(count: number, seed = count): Promise<Distiller> {
  const distiller = await Distiller.start(undefined, { seed });
  distiller.infuse(() => new Boss());
  await distiller.sparkle({ count });
  return distiller;
}

const named = (tonics: Iterable<RemoteHandle>): string[] => Array.from(tonics, ({ name }) => name);

/** As many as such an app has, and one more. */
const COUNTS = Array.from({ length: 14 }, (_, count) => count + 1);

describe('services of an app under a Distiller', () => {
  it('end with the thread that uses them, whenever it dies', async () => {
    for (const count of COUNTS) {
      const distiller = await stopped(count);
      const [app] = distiller.apps;
      app!.threads.find(({ name }) => name === 'worker')?.terminate();
      await distiller.settle();
      expect(named(distiller.ledger), `after ${count} sparkles`).to.deep.equal(['tt_main_catalyst', 'boss']);
      expect(app!.threads).to.deep.equal([]);
      expect((await distiller.finish()).leftOpen).to.deep.equal([]);
    }
  });

  it('are started again as often as their class says, whichever thread asks first', async () => {
    Frail.made = 0;
    const distiller = await Distiller.start(undefined, { seed: 1 });
    let breaker!: Remote<Breaker>;
    distiller.infuse(() => new Boss(() => (breaker = Breaker.spawn({ name: 'breaker' }))));
    await distiller.settle();
    for (let times = 0; times < 2; times++) {
      breaker.ttsc__break();
      await distiller.settle();
    }
    expect(Frail.made).to.equal(2);
    expect(distiller.lines.map(({ msg }) => msg)).to.include('completed: broken');
    await distiller.finish();
  });

  it('hear the last words of threads', async () => {
    for (const seed of COUNTS) {
      Board.notes = [];
      const distiller = await Distiller.start(undefined, { seed });
      distiller.infuse(() => new Boss(() => Last.spawn({ name: 'a' }).ttsc__use()));
      await distiller.settle();
      expect((await distiller.finish()).exitCode).to.equal(0);
      expect(Board.notes, `with seed ${seed}`).to.deep.equal(['hello', 'last words of a']);
    }
  });

  it('hear them also where they are loaded for that', async () => {
    for (const seed of COUNTS) {
      Board.notes = [];
      const distiller = await Distiller.start(undefined, { seed });
      distiller.infuse(() => new Boss(() => Last.spawn({ name: 'a' }).ttsc__finish()));
      await distiller.settle();
      expect(Board.notes, `with seed ${seed}`).to.deep.equal(['last words of a']);
      expect(named(distiller.ledger)).to.deep.equal(['tt_main_catalyst', 'boss']);
      await distiller.finish();
    }
  });

  it('hear them also where they are loaded for that, and nobody else is left', async () => {
    for (const seed of COUNTS) {
      Board.notes = [];
      const distiller = await Distiller.start(undefined, { seed });
      distiller.infuse(() => new Boss(() => Last.spawn({ name: 'a' })));
      await distiller.settle();
      const { exitCode, leftOpen } = await distiller.finish();
      expect({ exitCode, leftOpen }, `with seed ${seed}`).to.deep.equal({ exitCode: 0, leftOpen: [] });
      expect(Board.notes, `with seed ${seed}`).to.deep.equal(['last words of a']);
      expect(distiller.lines.filter(({ code }) => code !== undefined)).to.deep.equal([]);
    }
  });

  it('are left by a user of a thread that asks again before it has heard of their end, and answer it', async () => {
    for (const seed of COUNTS) {
      Oracle.notes = [];
      const distiller = await Distiller.start(undefined, { seed });
      let host!: Remote<Host>;
      const boss = distiller.infuse(() => new Boss(() => (host = Host.spawn({ name: 'host' }))));
      const stopper = distiller.infuse(() => new Stopper({ name: 'stopper' }));
      await distiller.settle();
      for (let times = 0; times < 5; times++) {
        host.ttsc__use();
        stopper.ttsc__stop();
        await distiller.sparkle({ count: 1 + ((seed + times) % 5) });
      }
      await distiller.settle();
      stopper.ttsc__finish();
      host.ttsc__end();
      await distiller.settle();
      expect(Oracle.notes.at(-1), `with seed ${seed}`).to.equal('0 late');
      expect(named(distiller.ledger), `with seed ${seed}`).to.deep.equal(['tt_main_catalyst', 'boss', 'host']);
      expect((await distiller.finish()).leftOpen, `with seed ${seed}`).to.deep.equal([]);
      expect(boss.finished).to.equal(true);
    }
  });

  it('are left by a user that finishes while the way to the main thread is full', async () => {
    const distiller = await Distiller.start(FloodedApp, { seed: 1, trace: false });
    await distiller.settle();
    expect(distiller.find('user')).to.equal(undefined);
    expect(named(distiller.ledger)).to.not.include('board');
    expect((await distiller.finish()).leftOpen).to.deep.equal([]);
  });

  it('end with their app, whenever it does', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    for (const seed of COUNTS) {
      const distiller = await stopped(1 + (seed % 3), seed);
      distiller.ledger.get(0)!.ttsc__finish();
      await distiller.advance('10s');
      const { leftOpen, exitCode } = await distiller.finish();
      expect({ leftOpen, exitCode }, `with seed ${seed}`).to.deep.equal({ leftOpen: [], exitCode: 0 });
    }
    // A module that was to be loaded for one of them comes too late, and harms nobody.
    await import(Board.module);
    await new Promise(setImmediate);
    process.off('unhandledRejection', note);
    expect(unhandled).to.deep.equal([]);
  });
});
