import { expect } from 'chai';
import { type FailureInfo, TaskTonicError, Tonic } from '../../src/index.js';
import { runApp, startApp } from '../support/app.js';
import { expectCode, expectThrow } from '../support/errors.js';

/** A Tonic that goes where it is told and writes down what happens. */
class Door extends Tonic<'open' | 'shut' | 'locked'> {
  readonly words: string[] = [];
  ttsc__go(...states: ('open' | 'shut' | 'locked' | undefined)[]): void {
    for (const state of states) this.toState(state);
    this.words.push(`still ${this.state}`);
  }
  ttsc__again(): void {
    this.toState(this.state, { reenter: true });
  }
  ttsc__note(): void {
    this.words.push(`in ${this.state}`);
  }
  ttse__onEnter(): void {
    this.words.push(`enter ${this.state}`);
  }
  ttse__onExit(): void {
    this.words.push(`exit ${this.state}`);
  }
}

const heard = async <T extends { words: string[]; ttsc__finish(): void }>(
  make: () => T,
  steps: (door: T) => void,
  finish = true,
): Promise<string[]> => {
  let door!: T;
  const app = await startApp(() => {
    door = make();
    steps(door);
  });
  const words = [...door.words];
  await (finish ? app.finish() : undefined);
  return words;
};

describe('a Tonic', () => {
  it('runs a sparkle in the state that holds when its turn comes', async () => {
    const words = await heard(
      () => new Door(),
      (door) => {
        door.ttsc__note();
        door.ttsc__go('open');
        door.ttsc__note();
        door.ttsc__go('shut');
        door.ttsc__note();
      },
    );
    expect(words.filter((word) => word.startsWith('in'))).to.deep.equal(['in undefined', 'in open', 'in shut']);
  });

  it('goes to another state after the sparkle and before the next order', async () => {
    const words = await heard(
      () => new Door(),
      (door) => {
        door.ttsc__go('open');
        door.ttsc__go('shut');
        door.ttsc__note();
      },
    );
    expect(words).to.deep.equal(['still undefined', 'enter open', 'still open', 'exit open', 'enter shut', 'in shut']);
  });

  it('goes where the last call in the sparkle says', async () => {
    const words = await heard(
      () => new Door(),
      (door) => door.ttsc__go('open', 'locked', 'shut'),
    );
    expect(words).to.deep.equal(['still undefined', 'enter shut']);
  });

  it('makes no transition to the state that holds, and takes back one that was asked for before', async () => {
    const words = await heard(
      () => new Door(),
      (door) => {
        door.ttsc__go('open');
        door.ttsc__go('open');
        door.ttsc__go('shut', 'open');
        door.ttsc__go('shut', 'open', 'locked');
      },
    );
    expect(words.filter((word) => !word.startsWith('still'))).to.deep.equal([
      'enter open',
      'exit open',
      'enter locked',
    ]);
  });

  it('leaves and enters the state that holds where it is to reenter', async () => {
    const words = await heard(
      () => new Door(),
      (door) => {
        door.ttsc__go('open');
        door.ttsc__again();
      },
    );
    expect(words.slice(1)).to.deep.equal(['enter open', 'exit open', 'enter open']);
  });

  it('has no state before the first transition, nor when its machine was stopped, and can begin again', async () => {
    const words = await heard(
      () => new Door(),
      (door) => {
        door.ttsc__note();
        door.ttsc__go('open');
        door.ttsc__go(undefined);
        door.ttsc__note();
        door.ttsc__go('shut');
      },
    );
    expect(words).to.deep.equal([
      'in undefined',
      'still undefined',
      'enter open',
      'still open',
      'exit open',
      'in undefined',
      'still undefined',
      'enter shut',
    ]);
  });

  it('stopped where it has no state makes no transition', async () => {
    const words = await heard(
      () => new Door(),
      (door) => door.ttsc__go(undefined),
    );
    expect(words).to.deep.equal(['still undefined']);
  });

  it("runs a state's own onEnter and onExit, and the generic ones in other states", async () => {
    class Gate extends Door {
      ttse_open__onEnter(): void {
        this.words.push('own enter');
      }
      ttse_shut__onExit(): void {
        this.words.push('own exit');
      }
    }
    const words = await heard(
      () => new Gate(),
      (gate) => {
        gate.ttsc__go('open');
        gate.ttsc__go('shut');
        gate.ttsc__go('locked');
      },
    );
    expect(words.filter((word) => !word.startsWith('still'))).to.deep.equal([
      'own enter',
      'exit open',
      'enter shut',
      'own exit',
      'enter locked',
    ]);
  });

  it('may go on to another state in onEnter, at once', async () => {
    class Gate extends Door {
      ttse_open__onEnter(): void {
        this.words.push('through open');
        this.toState('shut');
      }
    }
    const words = await heard(
      () => new Gate(),
      (gate) => {
        gate.ttsc__go('open');
        gate.ttsc__note();
      },
    );
    expect(words).to.deep.equal(['still undefined', 'through open', 'exit open', 'enter shut', 'in shut']);
  });

  it('goes where onExit says instead, after what it was on its way to', async () => {
    class Gate extends Door {
      ttse_open__onExit(): void {
        this.words.push('leaving');
        this.toState('locked');
      }
    }
    const words = await heard(
      () => new Gate(),
      (gate) => {
        gate.ttsc__go('open');
        gate.ttsc__go('shut');
      },
    );
    expect(words.at(-1)).to.equal('enter locked');
  });

  it('goes to another state for somebody outside', async () => {
    const words = await heard(
      () => new Door(),
      (door) => {
        door.ttsc__toState('open');
        door.ttsc__toState('open');
        door.ttsc__toState('open', { reenter: true });
      },
    );
    expect(words).to.deep.equal(['enter open', 'exit open', 'enter open']);
  });

  it('refuses toState() outside its own sparkles', async () => {
    class Main extends Tonic {
      error: unknown;
      ttse__onStart(): void {
        const door = new Door();
        this.error = expectThrow(() => (door as any).toState('open'), 'TT_NOT_RUNNING');
        this.ttsc__finish();
      }
    }
    let main!: Main;
    await runApp(() => (main = new Main()));
    expectThrow(() => (main as any).toState('open'), 'TT_NOT_RUNNING');
    expectCode(main.error, 'TT_NOT_RUNNING');
  });

  it('refuses a state that static states do not list', async () => {
    class Listed extends Tonic<'open'> {
      static override readonly states = ['open'];
      failure: Error | undefined;
      ttse__onFailure(error: Error): void {
        this.failure = error;
        this.ttsc__finish();
      }
    }
    let listed!: Listed;
    await runApp(() => {
      listed = new Listed();
      listed.ttsc__toState('opne' as 'open');
    });
    expectCode(listed.failure, 'TT_UNKNOWN_STATE');
  });

  it('leaves its last state when it finishes', async () => {
    let door!: Door;
    await runApp(() => {
      door = new Door();
      door.ttsc__go('open');
      door.ttsc__finish();
    });
    expect(door.words.at(-1)).to.equal('exit open');
    expect(door.state).to.equal(undefined);
  });

  it('enters no state any more in its last hooks', async () => {
    class Late extends Door {
      override ttse__onExit(): void {
        super.ttse__onExit();
        this.toState('shut');
      }
      ttse__onFinished(): void {
        this.words.push('finished');
        this.toState('locked');
      }
    }
    let late!: Late;
    const app = await startApp(() => {
      late = new Late();
      late.ttsc__go('open');
      late.ttsc__finish();
      new Door({ name: 'other' });
    });
    late.ttsc__note();
    await app.finish();
    expect(late.words.slice(2)).to.deep.equal(['exit open', 'finished']);
    expect(late.state).to.equal(undefined);
  });
});

describe('a circle of transitions', () => {
  class Ring extends Tonic<'a' | 'b' | 'rest'> {
    entered = 0;
    ttsc__begin(): void {
      this.toState('a');
    }
    ttse_a__onEnter(): void {
      this.entered++;
      this.toState('b');
    }
    ttse_b__onEnter(): void {
      this.entered++;
      this.toState('a');
    }
  }

  it('is ended with TT_TRANSITION_LOOP, and the Tonic fails', async () => {
    let ring!: Ring;
    const { result } = await runApp(() => {
      ring = new Ring({ name: 'ring' });
      ring.ttsc__begin();
    });
    const { message } = expectCode(result.error?.cause, 'TT_TRANSITION_LOOP');
    expect(message).to.contain('ring made 1001 transitions');
    expect(ring.entered).to.equal(1000);
  });

  it('can be left for a state of rest in onFailure', async () => {
    class Mended extends Ring {
      failures: [Error, FailureInfo][] = [];
      ttse__onFailure(error: Error, info: FailureInfo): void {
        this.failures.push([error, info]);
        this.toState('rest');
      }
      ttse_rest__onEnter(): void {
        this.ttsc__finish();
      }
    }
    let mended!: Mended;
    const { result } = await runApp(() => {
      mended = new Mended();
      mended.ttsc__begin();
    });
    expect(result.exitCode).to.equal(0);
    expect(mended.failures).to.have.length(1);
    expect(mended.failures[0]![0]).to.be.instanceOf(TaskTonicError);
  });

  it('a thousand transitions that end are not taken for a circle', async () => {
    class Long extends Ring {
      override ttse_b__onEnter(): void {
        this.toState(++this.entered < 998 ? 'a' : 'rest');
      }
      ttse_rest__onEnter(): void {
        this.ttsc__finish();
      }
    }
    const { result } = await runApp(() => new Long().ttsc__begin());
    expect(result.exitCode).to.equal(0);
  });
});
