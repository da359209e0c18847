import { expect } from 'chai';
import { type Answer, type FailureInfo, type Responder, Tonic } from '../../../src/index.js';
import { type App, startApp } from '../../support/app.js';
import { expectCode } from '../../support/errors.js';

/** What hears an answer in place of a sparkle, and writes it down. */
class Slip implements Responder<number> {
  readonly heard: unknown[] = [];
  constructor(private readonly throws = false) {}
  readonly end = (value: number): void => {
    this.heard.push(value);
    if (this.throws) throw new RangeError('on purpose');
  };
  readonly fail = (error: Error): void => {
    this.heard.push(error);
  };
}

class Desk extends Tonic {
  readonly open: Answer<number>[] = [];
  ttsc__ask(answer: Answer<number>): void {
    this.open.push(answer);
  }
}

class Asker extends Tonic {
  readonly failures: [Error, FailureInfo][] = [];
  constructor(readonly desk: Desk) {
    super();
  }
  ttsc__ask(to: Responder<number>, timeout = 1_000): void {
    this.ask(this.desk, { timeout }).ttsc__ask().then(to);
  }
  ttsc__pipe(promise: Promise<number>, to: Responder<number>, timeout?: number): void {
    this.pipe(promise, to, { timeout });
  }
  ttse__onFailure(error: Error, info: FailureInfo): void {
    this.failures.push([error, info]);
  }
}

describe('a responder that gets an answer instead of a sparkle', () => {
  let app: App;
  let desk: Desk;
  let asker: Asker;

  beforeEach(async () => {
    app = await startApp(() => {
      desk = new Desk();
      asker = new Asker(desk);
    });
  });
  afterEach(async () => app.finish());

  async function asked(slip: Slip): Promise<Answer<number>> {
    asker.ttsc__ask(slip);
    await app.settled();
    return desk.open.at(-1)!;
  }

  it('is given the answer to a question', async () => {
    const slip = new Slip();
    (await asked(slip)).give(42);
    await app.settled();
    expect([slip.heard, asker.questions.open, asker.failures]).to.deep.equal([[42], 0, []]);
  });

  it('is given the reason for which there is no answer, and the asker does not fail', async () => {
    const slip = new Slip();
    (await asked(slip)).fail(new Error('refused'));
    await app.settled();
    expect(slip.heard.map(String)).to.deep.equal(['Error: refused']);
    const late = new Slip();
    await asked(late);
    await app.pass(1_000);
    expectCode(late.heard[0], 'TT_ASK_TIMEOUT');
    expect(asker.failures).to.deep.equal([]);
  });

  it('fails the asker where it throws', async () => {
    (await asked(new Slip(true))).give(1);
    await app.settled();
    expect(asker.failures.map(([error]) => error.message)).to.deep.equal(['on purpose']);
  });

  it('is given the result of a promise, or the reason of its rejection', async () => {
    const [value, error, late] = [new Slip(), new Slip(), new Slip()];
    asker.ttsc__pipe(Promise.resolve(7), value);
    asker.ttsc__pipe(Promise.reject(new Error('rejected')), error);
    asker.ttsc__pipe(new Promise(() => {}), late, 500);
    await app.pass(500);
    expect(value.heard).to.deep.equal([7]);
    expect(error.heard.map(String)).to.deep.equal(['Error: rejected']);
    expectCode(late.heard[0], 'TT_PIPE_TIMEOUT');
    expect(asker.failures).to.deep.equal([]);
  });

  it('fails who waits for the promise where it throws', async () => {
    asker.ttsc__pipe(Promise.resolve(7), new Slip(true));
    await app.settled();
    expect(asker.failures.map(([error]) => error.message)).to.deep.equal(['on purpose']);
  });
});
