import { expect } from 'chai';
import { Tonic } from '../../../src/index.js';
import { type App, catalyst, startApp } from '../../support/app.js';
import { expectCode } from '../../support/errors.js';

class Piping extends Tonic<'open'> {
  readonly words: unknown[] = [];
  error: unknown;
  ttsc__pipe(promise: PromiseLike<unknown>): void {
    this.pipe(promise, this.ttse__done, this.ttse__refused);
  }
  ttsc__pipeValue(promise: PromiseLike<unknown>): void {
    this.pipe(promise, this.ttse__done);
  }
  ttsc__pipeLoosely(promise: PromiseLike<unknown>): void {
    this.pipe(promise, this.ttse__done, { hold: false });
  }
  ttsc__pipeWithin(promise: PromiseLike<unknown>, timeout: number): void {
    this.pipe(promise, this.ttse__done, { onError: this.ttse__refused, timeout });
  }
  ttsc__pipeReference(promise: PromiseLike<unknown>): void {
    this.pipe(promise, this.bind('ttse__done'), this.bind('ttse__refused'));
  }
  ttsc__try(body: (tonic: this) => void): void {
    try {
      body(this);
    } catch (thrown) {
      this.error = thrown;
    }
  }
  ttse__done(value: unknown): void {
    this.words.push(['done', value, this.state]);
  }
  ttse__refused(reason: unknown): void {
    this.words.push(['refused', reason]);
  }
  ttsc__open(): void {
    this.toState('open');
  }
}

class Other extends Tonic {
  readonly words: unknown[] = [];
  ttse__done(value: unknown): void {
    this.words.push(['other', value]);
  }
}

const start = async (): Promise<{ app: App; piping: Piping; other: Other }> => {
  let piping!: Piping;
  let other!: Other;
  const app = await startApp(() => {
    piping = new Piping({ name: 'piping' });
    other = new Other();
  });
  return { app, piping, other };
};

describe('pipe', () => {
  it('brings a value back as a sparkle, in the state that then holds', async () => {
    const { app, piping } = await start();
    let resolve!: (value: string) => void;
    piping.ttsc__pipe(new Promise<string>((yes) => (resolve = yes)));
    await app.settled();
    expect(piping.words).to.deep.equal([]);
    piping.ttsc__open();
    resolve('value');
    await app.settled();
    expect(piping.words).to.deep.equal([['done', 'value', 'open']]);
    await app.finish();
  });

  it('brings a rejection back as the other sparkle', async () => {
    const { app, piping } = await start();
    piping.ttsc__pipe(Promise.reject(new Error('why')));
    await app.settled();
    expect(piping.words).to.have.length(1);
    expect((piping.words[0] as [string, Error])[1].message).to.equal('why');
    await app.finish();
  });

  it('fails the Tonic with a rejection that no sparkle takes', async () => {
    const { app, piping } = await start();
    piping.ttsc__pipeValue(Promise.reject(new Error('why')));
    const { result } = await app.end();
    expect(piping.finished).to.equal(true);
    expect((result.error?.cause as Error).message).to.equal('why');
  });

  it('also accepts a reason that is not an Error', async () => {
    const { app, piping } = await start();
    piping.ttsc__pipeValue({ then: (_: unknown, no: (reason: unknown) => void) => no('text') } as never);
    const { result } = await app.end();
    expect((result.error?.cause as Error).message).to.contain('text');
  });

  it('takes references, also to a sparkle of another Tonic', async () => {
    const { app, piping, other } = await start();
    piping.ttsc__pipeReference(Promise.resolve(1));
    piping.ttsc__try((tonic: any) => tonic.pipe(Promise.resolve(2), other.bind('ttse__done')));
    await app.settled();
    expect(piping.words).to.deep.equal([['done', 1, undefined]]);
    expect(other.words).to.deep.equal([['other', 2]]);
    expect(piping.error).to.equal(undefined);
    await app.finish();
  });

  it('drops the result where the Tonic has finished, and says so at debug level', async () => {
    const { app, piping } = await start();
    let resolve!: (value: string) => void;
    let reject!: (value: Error) => void;
    piping.ttsc__pipeLoosely(new Promise<string>((yes) => (resolve = yes)));
    piping.ttsc__pipeLoosely(new Promise<string>((_, no) => (reject = no)));
    piping.ttsc__finish();
    await app.settled();
    const before = app.lines.length;
    resolve('too late');
    reject(new Error('too late'));
    await app.settled();
    expect(piping.words).to.deep.equal([]);
    const said = app.lines.slice(before);
    expect(said.map(({ level }) => level)).to.deep.equal([20, 20]);
    expect(said[0]!.msg).to.contain('dropped');
    await app.finish();
  });

  it('takes options beside onError, or with it among them', async () => {
    const { app, piping } = await start();
    const never = new Promise<never>(() => {});
    piping.ttsc__pipeWithin(never, 100);
    piping.ttsc__try((tonic: any) => tonic.pipe(never, tonic.ttse__done, tonic.ttse__refused, { timeout: 200 }));
    piping.ttsc__try((tonic: any) => tonic.pipe(Promise.resolve(1), tonic.ttse__done, undefined, { hold: true }));
    piping.ttsc__try((tonic: any) => tonic.pipe(Promise.resolve(2), tonic.ttse__done, {}));
    await app.pass(200);
    expect(piping.error).to.equal(undefined);
    const told = piping.words.map(([what, value]: any) => [what, value.code ?? value]);
    expect(told).to.deep.equal([
      ['done', 1],
      ['done', 2],
      ['refused', 'TT_PIPE_TIMEOUT'],
      ['refused', 'TT_PIPE_TIMEOUT'],
    ]);
    await app.finish();
  });

  it('that takes longer than its timeout is an error that names it; what comes after that is dropped', async () => {
    const { app, piping } = await start();
    let resolve!: (value: string) => void;
    piping.ttsc__pipeWithin(new Promise<string>((yes) => (resolve = yes)), 300);
    await app.pass(299);
    expect(piping.words).to.deep.equal([]);
    await app.pass(1);
    resolve('too late');
    await app.settled();
    expect(piping.words).to.have.length(1);
    const [what, error] = piping.words[0] as [string, Error];
    expect(what).to.equal('refused');
    expectCode(error, 'TT_PIPE_TIMEOUT');
    expect(error.message).to.contain('ttse__done').and.to.contain('300 ms');
    expect(app.lines.at(-1)!.msg).to.contain('dropped').and.to.contain('too late');
    await app.finish();
  });

  it('that takes longer than its timeout fails a Tonic that hears no error', async () => {
    const { app, piping } = await start();
    piping.ttsc__try((tonic: any) => tonic.pipe(new Promise(() => {}), tonic.ttse__done, { timeout: 300 }));
    await app.pass(300);
    const { result } = await app.end();
    expectCode(result.error?.cause, 'TT_PIPE_TIMEOUT');
  });

  it('settled in time has no timeout any more', async () => {
    const { app, piping } = await start();
    piping.ttsc__pipeWithin(Promise.resolve('in time'), 300);
    await app.pass(1_000);
    expect(piping.words).to.deep.equal([['done', 'in time', undefined]]);
    expect(app.main.timers.size).to.equal(0);
    await app.finish();
  });

  it('refuses an invalid timeout', async () => {
    const { app, piping } = await start();
    for (const timeout of [-1, NaN, '5']) {
      piping.ttsc__pipeWithin(Promise.resolve(), 5);
      piping.ttsc__try((tonic: any) => tonic.pipe(Promise.resolve(), tonic.ttse__done, { timeout }));
      await app.settled();
      expectCode(piping.error, 'TT_BAD_OPTION');
    }
    await app.finish();
  });

  const wrong: [string, (other: Other) => unknown][] = [
    ['an arrow function', () => (): void => {}],
    ['an ordinary method', () => (Piping.prototype as any).drained],
    ['nothing', () => undefined],
    ['the name of a sparkle', () => 'ttse__done'],
    // eslint-disable-next-line tasktonic/no-unbound-sparkle -- refused, as is tested
    ['a sparkle of another class', (other) => other.ttse__done],
  ];
  for (const [what, target] of wrong) {
    it(`refuses ${what}`, async () => {
      const { app, piping, other } = await start();
      piping.ttsc__try((tonic: any) => tonic.pipe(Promise.resolve(), target(other)));
      await app.settled();
      expectCode(piping.error, 'TT_NOT_A_SPARKLE');
      piping.ttsc__try((tonic: any) => tonic.pipe(Promise.resolve(), piping.bind('ttse__done'), target(other)));
      await app.settled();
      if (what !== 'nothing') expectCode(piping.error, 'TT_NOT_A_SPARKLE');
      await app.finish();
    });
  }

  it('fails the Tonic where the queue is full when the result comes', async () => {
    let piping!: Piping;
    const app = await startApp(() => (piping = new Piping()), { main: catalyst({ queueLimit: 10 }) });
    piping.ttsc__pipe({
      then(yes: (value: string) => void) {
        for (let n = 0; n < 10; n++) piping.ttsc__open();
        yes('value');
      },
    } as never);
    const { result } = await app.end();
    expectCode(result.error?.cause, 'TT_QUEUE_FULL');
  });
});
