import { expect } from 'chai';
import { getEventListeners } from 'node:events';
import { type Answer, Formula, Tonic } from '../../../src/index.js';
import { startApp } from '../../support/app.js';
import { expectCode, expectRejection } from '../../support/errors.js';

class Silent extends Tonic {
  readonly answers: Answer<number>[] = [];
  ttsc__get(answer: Answer<number>): void {
    this.answers.push(answer);
  }
}

class Asker extends Tonic {
  readonly errors: unknown[] = [];
  readonly values: unknown[] = [];
  ttsc__do(body: (self: this) => void): void {
    body(this);
  }
  ttse__onValue(value: unknown): void {
    this.values.push(value);
  }
  ttse__onNone(error: unknown): void {
    this.errors.push(error);
  }
  asks(to: Silent, signal: AbortSignal): void {
    this.ask(to, { signal }).ttsc__get().then(this.ttse__onValue, this.ttse__onNone);
  }
  waits(promise: Promise<unknown>, signal: AbortSignal): void {
    this.pipe(promise, this.ttse__onValue, { signal, onError: this.ttse__onNone });
  }
}

const start = async () => {
  let asker!: Asker;
  let silent!: Silent;
  const app = await startApp(() => {
    silent = new Silent();
    asker = new Asker();
  });
  return { app, asker, silent };
};

const listenersOf = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

describe('the option signal', () => {
  it('ends a question with the reason as the cause', async () => {
    const { app, asker, silent } = await start();
    const { signal, abort } = withAbort();
    asker.ttsc__do((self) => self.asks(silent, signal));
    await app.settled();
    abort('enough');
    await app.settled();
    expect(expectCode(asker.errors[0], 'TT_SIGNAL_ABORTED').cause).to.equal('enough');
    await app.finish();
  });

  it('keeps a question from being asked where it was aborted before', async () => {
    const { app, asker, silent } = await start();
    asker.ttsc__do((self) => self.asks(silent, AbortSignal.abort('before')));
    await app.settled();
    expect(silent.answers).to.deep.equal([]);
    expectCode(asker.errors[0], 'TT_SIGNAL_ABORTED');
    await app.finish();
  });

  it('leaves nothing on a signal that lives on, after 10,000 questions', async () => {
    const { app, asker, silent } = await start();
    const { signal } = withAbort();
    asker.ttsc__do((self) => {
      for (let n = 0; n < 10_000; n++) self.asks(silent, signal);
    });
    await app.settled();
    expect(listenersOf(signal)).to.equal(1);
    for (const answer of silent.answers) answer.give(1);
    await app.settled();
    expect(asker.values).to.have.length(10_000);
    expect(listenersOf(signal)).to.equal(0);
    await app.finish();
  });

  it('ends the wait for a promise, before and after', async () => {
    const { app, asker } = await start();
    const { signal, abort } = withAbort();
    asker.ttsc__do((self) => self.waits(new Promise(() => {}), signal));
    await app.settled();
    abort(new Error('given up'));
    await app.settled();
    asker.ttsc__do((self) => self.waits(Promise.resolve(1), signal));
    await app.settled();
    expect(asker.errors).to.have.length(2);
    expect(expectCode(asker.errors[1], 'TT_SIGNAL_ABORTED').cause).to.have.property('message', 'given up');
    expect([asker.values, listenersOf(signal)]).to.deep.equal([[], 0]);
    await app.finish();
  });

  it('keeps an app from starting where it was aborted before', async () => {
    class Never extends Formula {}
    await expectRejection(Never.run({ signal: AbortSignal.abort() }), 'TT_SIGNAL_ABORTED');
  });

  for (const [where, when] of [
    ['in a sparkle', (abort: () => void): void => abort()],
    ['outside of sparkles', (abort: () => void): void => void setImmediate(abort)],
  ] as const)
    it(`ends an app that runs, in order, when it is aborted ${where}: its Tonics finish, and its result has the reason`, async () => {
      const { signal, abort } = withAbort();
      const heard: string[] = [];
      class Lives extends Tonic {
        ttse__onStart(): void {
          heard.push('started');
          when(() => abort('enough'));
        }
        ttse__onFinished(): void {
          heard.push('finished');
        }
      }
      class Runs extends Formula {
        override creatingFormula() {
          return { log: { to: 'off' as const } };
        }
        override creatingStartingTonics(): void {
          new Lives();
        }
      }
      const { aborted } = await Runs.run({ signal });
      expect(heard).to.deep.equal(['started', 'finished']);
      expect(expectCode(aborted, 'TT_SIGNAL_ABORTED').cause).to.equal('enough');
      expect(listenersOf(signal)).to.equal(0);
    });
});

function withAbort(): { readonly signal: AbortSignal; readonly abort: (reason: unknown) => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason) => controller.abort(reason) };
}
