import { expect } from 'chai';
import { type FailureInfo, type StateTimeoutInfo, Tonic, type TransitionOptions } from '../../../src/index.js';
import { type App, type Setup, catalyst, startApp } from '../../support/app.js';
import { expectCode, expectThrow } from '../../support/errors.js';
import { tonicClass } from '../../support/classes.js';

type States = 'calling' | 'talking' | 'idle';

class Phone extends Tonic<States> {
  readonly words: unknown[] = [];
  failure: [Error, FailureInfo] | undefined;

  ttsc__go(state: States | undefined, options?: TransitionOptions): void {
    this.toState(state, options);
  }
  ttsc__do(body: (phone: this) => void): void {
    body(this);
  }
  go(state: States, options?: TransitionOptions): void {
    this.toState(state, options);
  }
  ttse__onStateTimeout({ state, ms }: StateTimeoutInfo): void {
    this.words.push(`${state} for ${ms} ms`);
  }
  ttse_talking__onStateTimeout(): void {
    this.words.push('talked enough');
  }
  ttse__onFailure(error: Error, info: FailureInfo): void {
    this.failure = [error, info];
  }
}

/** Its states have timeouts. */
class Timed extends Phone {
  static override readonly states = ['calling', 'talking', 'idle'];
  static override readonly stateTimeouts: Readonly<Record<string, number>> = { calling: 1_000, talking: 5_000 };
}

async function start<P extends Phone>(PhoneClass: new () => P, setup: Setup = {}): Promise<{ app: App; phone: P }> {
  let phone!: P;
  const app = await startApp(() => (phone = new PhoneClass()), setup);
  return { app, phone };
}

describe('the timeout of a state', () => {
  it('is heard when the state has lasted so long, once', async () => {
    const { app, phone } = await start(Phone);
    phone.ttsc__go('calling', { timeout: 1_000 });
    await app.pass(999);
    expect(phone.words).to.deep.equal([]);
    await app.pass(1);
    expect(phone.words).to.deep.equal(['calling for 1000 ms']);
    await app.pass(100_000);
    expect(phone.words).to.have.length(1);
    await app.finish();
  });

  it('is heard by the body of the state, where it has one', async () => {
    const { app, phone } = await start(Phone);
    phone.ttsc__go('talking', { timeout: 1 });
    await app.pass(1);
    expect(phone.words).to.deep.equal(['talked enough']);
    await app.finish();
  });

  it('is over when the state is left, and holds no timer then', async () => {
    const { app, phone } = await start(Phone);
    const before = app.main.timers.size;
    phone.ttsc__go('calling', { timeout: 1_000 });
    await app.settled();
    expect(app.main.timers.size).to.equal(before + 1);
    phone.ttsc__go('idle');
    await app.settled();
    expect(app.main.timers.size).to.equal(before);
    await app.pass(10_000);
    expect(phone.words).to.deep.equal([]);
    await app.finish();
  });

  it('begins anew when the state is entered again', async () => {
    const { app, phone } = await start(Timed);
    phone.ttsc__go('calling');
    await app.pass(900);
    phone.ttsc__go('calling', { reenter: true });
    await app.pass(900);
    expect(phone.words).to.deep.equal([]);
    await app.pass(100);
    expect(phone.words).to.deep.equal(['calling for 1000 ms']);
    await app.finish();
  });

  it('begins anew without a transition where it is given for the state that holds', async () => {
    const { app, phone } = await start(Timed);
    phone.ttsc__go('calling');
    await app.pass(900);
    phone.ttsc__go('calling', { timeout: 500 });
    await app.pass(499);
    expect(phone.words).to.deep.equal([]);
    await app.pass(1);
    expect(phone.words).to.deep.equal(['calling for 500 ms']);
    await app.finish();
  });

  it('goes on where the state that holds is asked for without one', async () => {
    const { app, phone } = await start(Timed);
    phone.ttsc__go('calling');
    await app.pass(900);
    phone.ttsc__go('calling');
    await app.pass(100);
    expect(phone.words).to.have.length(1);
    await app.finish();
  });

  it('is what the class says, unless the transition says otherwise', async () => {
    const { app, phone } = await start(Timed);
    phone.ttsc__go('calling', { timeout: Infinity });
    await app.pass(100_000);
    expect(phone.words).to.deep.equal([]);
    phone.ttsc__go('talking', { timeout: 10 });
    await app.pass(10);
    expect(phone.words).to.deep.equal(['talked enough']);
    phone.ttsc__go('idle');
    await app.pass(100_000);
    phone.ttsc__go('calling');
    await app.pass(1_000);
    expect(phone.words).to.deep.equal(['talked enough', 'calling for 1000 ms']);
    await app.finish();
  });

  it('of the last of several toState() calls in one sparkle counts', async () => {
    const { app, phone } = await start(Phone);
    phone.ttsc__do((self) => {
      self.go('calling', { timeout: 10 });
      self.go('talking');
    });
    await app.pass(10_000);
    expect(phone.words).to.deep.equal([]);
    await app.finish();
  });

  it('is not heard in another state or stay, though it had fired before the change', async () => {
    for (const next of ['idle', 'calling'] as const) {
      // One order a turn: between two of them it looks at the timers.
      const { app, phone } = await start(Phone, { main: catalyst({ turnOrders: 1 }) });
      phone.ttsc__go('calling', { timeout: 1_000 });
      await app.settled();
      phone.ttsc__do((self) => {
        app.clock.stall(1_000);
        // It waits already when the timeout fires.
        self.ttsc__go(next, { reenter: true });
      });
      await app.pass(0);
      expect(phone.state).to.equal(next);
      expect(phone.words).to.deep.equal([]);
      await app.finish();
    }
  });

  it('0 is heard behind the orders that wait', async () => {
    const { app, phone } = await start(Phone);
    phone.ttsc__do((self) => {
      self.go('calling', { timeout: 0 });
      self.ttsc__do(() => self.words.push('waited'));
    });
    await app.pass(0);
    expect(phone.words).to.deep.equal(['waited', 'calling for 0 ms']);
    await app.finish();
  });

  it('may lead to another state with a timeout, and so on', async () => {
    class Blinking extends Phone {
      override ttse__onStateTimeout(info: StateTimeoutInfo): void {
        super.ttse__onStateTimeout(info);
        this.toState(this.state === 'calling' ? 'idle' : 'calling', { timeout: info.ms * 2 });
      }
    }
    const { app, phone } = await start(Blinking);
    phone.ttsc__go('calling', { timeout: 1 });
    await app.pass(7);
    expect(phone.words).to.deep.equal(['calling for 1 ms', 'idle for 2 ms', 'calling for 4 ms']);
    await app.finish();
  });

  it('begins with onEnter, which may change it', async () => {
    class Entering extends Timed {
      ttse_calling__onEnter(): void {
        this.toState('calling', { timeout: 50 });
      }
    }
    const { app, phone } = await start(Entering);
    phone.ttsc__go('calling');
    await app.pass(50);
    expect(phone.words).to.deep.equal(['calling for 50 ms']);
    await app.finish();
  });

  it('whose event throws fails the Tonic under its name, and is heard no more', async () => {
    class Thrower extends Phone {
      override ttse__onStateTimeout(): void {
        throw new RangeError('too late');
      }
    }
    const { app, phone } = await start(Thrower);
    phone.ttsc__go('calling', { timeout: 1 });
    await app.pass(1_000);
    expect(phone.failure![0].message).to.equal('too late');
    expect(phone.failure![1]).to.include({ sparkle: 'ttse__onStateTimeout', state: 'calling' });
    await app.finish();
  });

  it('ends with the Tonic: nothing is left of it', async () => {
    const { app, phone } = await start(Timed);
    phone.ttsc__go('calling');
    await app.settled();
    phone.ttsc__do((self) => self.ttsc__finish());
    await app.settled();
    expect(phone.finished).to.equal(true);
    expect(phone.words).to.deep.equal([]);
    expect(app.main.timers.size).to.equal(0);
    await app.end();
  });

  it('that is invalid, or that no sparkle handles, is refused at the call', async () => {
    class Deaf extends Tonic<States> {
      go(options: TransitionOptions): void {
        this.toState('idle', options);
      }
      ttsc__do(body: () => void): void {
        body();
      }
    }
    const { app, phone } = await start(Phone);
    const deaf = new Deaf({ base: phone });
    phone.ttsc__do((self) => {
      for (const timeout of [-1, NaN, '5' as never])
        expect(expectThrow(() => self.go('idle', { timeout }), 'TT_BAD_OPTION').message).to.contain('0 ms or more');
      self.words.push('refused');
    });
    deaf.ttsc__do(() => {
      expect(expectThrow(() => deaf.go({ timeout: 1 }), 'TT_BAD_OPTION').message).to.contain('ttse__onStateTimeout');
      phone.words.push('deaf');
    });
    await app.settled();
    expect(phone.words).to.deep.equal(['refused', 'deaf']);
    expect(phone.state).to.equal(undefined);
    await app.finish();
  });

  it('is refused for a state that does not handle it, though other states do; Infinity is allowed', async () => {
    class Half extends Tonic<States> {
      readonly words: string[] = [];
      // eslint-disable-next-line tasktonic/no-unentered-state -- that another state hears it does not help
      ttse_calling__onStateTimeout(): void {}
      ttse__onStart(): void {
        const { message } = expectThrow(() => this.toState('talking', { timeout: 1 }), 'TT_BAD_OPTION');
        expect(message).to.contain('write ttse_talking__onStateTimeout');
        this.toState('talking', { timeout: Infinity });
        this.words.push('refused');
      }
    }
    let half!: Half;
    const app = await startApp(() => (half = new Half()));
    expect(half.words).to.deep.equal(['refused']);
    expect(half.state).to.equal('talking');
    await app.finish();
  });

  it('of a class is refused with its first instance: for an unknown state, for an invalid time, or if no sparkle handles it', async () => {
    const hears = { ttse_idle__onStateTimeout(): void {} };
    const states = ['idle', 'calling'];
    const { app, phone } = await start(Phone);
    const refused = (statics: object, code: 'TT_UNKNOWN_STATE' | 'TT_BAD_OPTION'): string =>
      expectThrow(() => new (tonicClass(hears, { states, ...statics }))({ base: phone }), code).message;
    expect(refused({ stateTimeouts: { idel: 1 } }, 'TT_UNKNOWN_STATE')).to.contain('idel');
    expect(refused({ stateTimeouts: { idle: -1 } }, 'TT_BAD_OPTION')).to.contain('stateTimeouts.idle');
    expect(refused({ stateTimeouts: { calling: 1 } }, 'TT_BAD_OPTION')).to.contain('ttse_calling__onStateTimeout');
    new (tonicClass(hears, { states, stateTimeouts: { idle: 1 } } as never))({ base: phone });
    await app.finish();
  });

  it('costs nothing where no state has one', async () => {
    const { app, phone } = await start(Phone);
    phone.ttsc__go('calling');
    await app.settled();
    expect(phone._ttExtras).to.equal(undefined);
    await app.finish();
  });

  it('reaches the failure of a base where it fails its Tonic', async () => {
    class Fragile extends Tonic<States> {
      static override readonly stateTimeouts = { calling: 1 };
      ttse__onStart(): void {
        this.toState('calling');
      }
      ttse__onStateTimeout(): void {
        throw new RangeError('nobody answers');
      }
    }
    const app = await startApp(() => void new Fragile());
    const { result } = await app.end();
    expectCode(result.error, 'TT_INFUSION_FAILED');
  });
});
