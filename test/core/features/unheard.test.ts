import { expect } from 'chai';
import { type Answer, type FailureInfo, type Question, Tonic, type UnheardCommand } from '../../../src/index.js';
import { Distiller } from '../../../src/testing/index.js';
import { type App, startApp } from '../../support/app.js';

type Body = (door: Door) => void;

/** A door that answers what is out of turn. */
class Door extends Tonic.with({
  states: ['locked', 'shut', 'open', 'away'],
  groups: { closed: ['locked', 'shut'] },
}) {
  readonly words: string[] = [];
  readonly sources: (string | undefined)[] = [];
  failed: FailureInfo | undefined;
  also: ((command: UnheardCommand) => void) | undefined;

  ttsc__go(state: 'locked' | 'shut' | 'open' | 'away'): void {
    this.toState(state);
  }
  ttsc__do(body: Body): void {
    body(this);
  }
  ttsc_locked__unlock(code: string): void {
    this.words.push(`unlocked with ${code}`);
    this.toState('shut');
  }
  ttsc_open__walk(_steps: number, _how: string, _where: string): void {
    this.words.push('walked');
  }
  ttsc_open__count(answer: Answer<number>): void {
    answer.give(7);
  }
  ttse_open__knock(): void {
    this.words.push('knocked');
  }
  /** It hears, and does nothing. */
  ttsc__ignore(): void {}

  ttse__onUnheard({ name, key, args }: UnheardCommand): void {
    this.words.push(`${this.state}: ${name} ${key}(${args.join(', ')})`);
    this.sources.push(this.source?.name);
    this.also?.({ name, key, args });
  }
  ttse_closed__onUnheard({ name }: UnheardCommand): void {
    this.words.push(`closed: no ${name}`);
  }
  ttse_locked__onUnheard({ name }: UnheardCommand): void {
    this.words.push(`locked: no ${name}`);
  }
  ttse_away__onUnheard(): void {
    this.postpone();
  }
  override ttse__onFailure(_error: Error, info: FailureInfo): void {
    this.failed = info;
  }
  raiseBoth(): void {
    this.raise.ttsc__walk(1, 'a', 'b');
    this.raise.ttsc__go('open');
    this.raise.ttsc__walk(2, 'a', 'b');
  }
}

/** What TypeScript does not know of an instance: that a command of some states has a generic name. */
const call = (door: Tonic<string>, key: string, ...args: unknown[]): void =>
  (door as unknown as Record<string, (...args: unknown[]) => void>)[key]!(...args);

class Asker extends Tonic {
  readonly heard: unknown[] = [];
  ttsc__count(door: Door): void {
    // Of this class the generic name is not known.
    const asks = this.ask(door) as unknown as { ttsc__count(): { then(a: unknown, b: unknown): void } };
    asks.ttsc__count().then(this.ttse__counted, this.ttse__notCounted);
  }
  ttse__counted(count: number, _question: Question): void {
    this.heard.push(count);
  }
  ttse__notCounted(error: Error & { readonly code: string }, _question: Question): void {
    this.heard.push(error.code);
  }
}

describe('a command that no method of the state hears', () => {
  let app: App;
  let door: Door;
  let asker: Asker;

  beforeEach(async () => {
    app = await startApp(() => {
      door = new Door();
      asker = new Asker({ name: 'asker' });
    });
  });
  afterEach(async () => app.finish());

  const words = async (): Promise<string[]> => {
    await app.settled();
    return door.words.splice(0);
  };
  const count = async (): Promise<unknown[]> => {
    asker.ttsc__count(door);
    await app.settled();
    return asker.heard.splice(0);
  };

  it('is told with its name and all that it was called with, before there is any state too', async () => {
    call(door, 'ttsc__unlock', '42');
    call(door, 'ttsc__walk', 1, 'fast', 'home');
    call(door, 'ttsc_open__walk', 2);
    expect(await words()).to.deep.equal([
      'undefined: unlock ttsc__unlock(42)',
      'undefined: walk ttsc__walk(1, fast, home)',
      'undefined: walk ttsc_open__walk(2)',
    ]);
  });

  it('is told to the method of the state, else to that of its group, else to the generic one', async () => {
    for (const state of ['locked', 'shut', 'open'] as const) {
      door.ttsc__go(state);
      call(door, state === 'open' ? 'ttsc__unlock' : 'ttsc__walk');
    }
    expect(await words()).to.deep.equal(['locked: no walk', 'closed: no walk', 'open: unlock ttsc__unlock()']);
  });

  it('is no event, and no command that has a method, be it empty', async () => {
    call(door, 'ttse__knock');
    door.ttsc__ignore();
    door.ttsc__go('locked');
    call(door, 'ttsc__unlock', '42');
    expect(await words()).to.deep.equal(['unlocked with 42']);
  });

  it('may change the state, and is looked up when its turn comes', async () => {
    door.also = ({ name }) => (name === 'unlock' ? door.ttsc__go('open') : undefined);
    call(door, 'ttsc__unlock');
    await app.settled();
    call(door, 'ttsc__walk');
    door.ttsc__do((self) => self.raiseBoth());
    expect(await words()).to.deep.equal(['undefined: unlock ttsc__unlock()', 'walked', 'walked', 'walked']);
  });

  it('is told among raised orders in its place, with its source', async () => {
    door.ttsc__do((self) => self.raiseBoth());
    expect(await words()).to.deep.equal(['undefined: walk ttsc__walk(1, a, b)', 'walked']);
    expect(door.sources).to.deep.equal([door.name]);
  });

  it('may be postponed there: then it is the command that comes again', async () => {
    door.ttsc__go('away');
    call(door, 'ttsc__walk', 1, 'a', 'b');
    asker.ttsc__count(door);
    expect(await words()).to.deep.equal([]);
    expect(asker.heard).to.deep.equal([]);
    door.ttsc__go('open');
    expect(await words()).to.deep.equal(['walked']);
    expect(asker.heard).to.deep.equal([7]);
  });

  it('leaves a question that came with it without an answer, unless it is answered there', async () => {
    expect(await count()).to.deep.equal(['TT_ASK_UNHEARD']);
    door.also = ({ args }) => (args[0] as Answer<number>).give(0);
    expect(await count()).to.deep.equal([0]);
  });

  it('is the sparkle that has failed where that throws', async () => {
    door.also = () => {
      throw new RangeError('out of turn');
    };
    expect(await count()).to.deep.equal(['TT_ASK_FAILED']);
    expect(door.failed).to.include({ sparkle: 'ttsc__count', state: undefined });
  });

  it('is not told where the class has no such method, nor in a state that has none', async () => {
    class Some extends Tonic.with({ states: ['a', 'b'] }) {
      readonly words: string[] = [];
      ttse__onStart(): void {
        this.toState('a');
      }
      ttsc__go(): void {
        this.toState('b');
      }
      ttsc_a__run(): void {}
      ttsc_b__walk(): void {}
      ttse_b__onUnheard({ name }: UnheardCommand): void {
        this.words.push(`no ${name}`);
      }
    }
    const some = new Some({ base: asker });
    call(some, 'ttsc__walk');
    some.ttsc__go();
    call(some, 'ttsc__run');
    await app.settled();
    expect(some.words).to.deep.equal(['no run']);
    some.ttsc__finish();
    await app.settled();
    call(some, 'ttsc__run');
    await app.settled();
    expect(some.words).to.deep.equal(['no run']);
  });

  it('is told where calls wait in a bounded inbox, too', async () => {
    class Bounded extends Door {
      static override readonly inboxLimit = { orders: 3 };
    }
    const bounded = new Bounded({ base: asker });
    call(bounded, 'ttsc__unlock', '42');
    await app.settled();
    expect(bounded.words).to.deep.equal(['undefined: unlock ttsc__unlock(42)']);
    expect(bounded.inboxCounts.orders).to.equal(0);
  });

  it('is in the trace of a Distiller as the command that it is', async () => {
    const distiller = await Distiller.start();
    const traced = distiller.infuse(() => new Door({ name: 'door' }));
    traced.ttsc__go('locked');
    call(traced, 'ttsc__walk', 3);
    await distiller.settle();
    const walk = distiller.trace.find(({ sparkle }) => sparkle === 'ttsc__walk')!;
    expect([walk.tonic, walk.args, walk.atEnter.state]).to.deep.equal(['door', [3], 'locked']);
    await distiller.finish();
  });
});
