import { expect } from 'chai';
import { type Raisable, type SparkleBinder, type Sparkles, Tonic } from '../../../src/index.js';
import { type App, startApp } from '../../support/app.js';
import { expectThrow } from '../../support/errors.js';

type Does = (tonic: Talker) => void;

class Talker extends Tonic<'busy'> {
  static override readonly prefixes: Readonly<Record<string, SparkleBinder>> = {
    twice: (_sparkle, enqueue) =>
      function (this: object, ...args) {
        enqueue.apply(this, args);
        enqueue.apply(this, args);
      },
  };
  readonly words: unknown[][] = [];
  /** Runs `body` in a sparkle. */
  ttsc__do(body: Does): void {
    body(this);
  }
  ttsc__say(...words: unknown[]): void {
    this.words.push(words);
  }
  ttsc_busy__say(...words: unknown[]): void {
    this.words.push(['busy', ...words]);
    if (words[0] === 'as well') this.generic.ttsc__say(...words);
  }
  ttsc_busy__only(): void {
    this.words.push(['only']);
  }
  ttsc__only(): void {}
  twice__say(word: string): void {
    this.words.push([word]);
  }
  ttsc__becomeBusy(): void {
    this.toState('busy');
  }
  get raises(): Raisable<this> {
    return this.raise;
  }
  get generics(): Sparkles<this> {
    return this.generic;
  }
}

class Last extends Tonic {
  error: Error | undefined;
  ttse__onFinished(): void {
    this.error = expectThrow(() => this.raise.ttsc__more(), 'TT_RAISED_AT_END');
  }
  ttsc__more(): void {}
}

async function talker(): Promise<{ app: App; one: Talker; two: Talker }> {
  let one!: Talker;
  let two!: Talker;
  const app = await startApp(() => {
    one = new Talker({ name: 'one' });
    two = new Talker({ name: 'two' });
  });
  return { app, one, two };
}

describe('this.raise', () => {
  it('has each sparkle run next, with all its arguments, however many they are', async () => {
    const { app, one } = await talker();
    one.ttsc__do(({ raises }) => {
      raises.ttsc__say();
      raises.ttsc__say(undefined);
      raises.ttsc__say(1, 2);
      raises.ttsc__say(1, 2, 3);
    });
    one.ttsc__say('queued');
    await app.settled();
    expect(one.words).to.deep.equal([[], [undefined], [1, 2], [1, 2, 3], ['queued']]);
    await app.finish();
  });

  it('looks the state up when the order runs', async () => {
    const { app, one } = await talker();
    one.ttsc__do((tonic) => {
      tonic.raises.ttsc__becomeBusy();
      tonic.raises.ttsc__say('then');
      tonic.raises.ttsc_busy__only();
      tonic.raises.ttsc__only();
    });
    await app.settled();
    expect(one.words).to.deep.equal([['busy', 'then'], ['only'], ['only']]);
    await app.finish();
  });

  it('does for a prefix of its own what that is bound to', async () => {
    const { app, one } = await talker();
    one.ttsc__do(({ raises }) => (raises as any).twice__say('x'));
    one.ttsc__say('queued');
    await app.settled();
    expect(one.words).to.deep.equal([['x'], ['x'], ['queued']]);
    await app.finish();
  });

  it('is for the sparkles of that very Tonic alone', async () => {
    const { app, one, two } = await talker();
    const { raises } = one;
    for (const at of [two, undefined]) {
      const tries = (): void => void expectThrow(() => raises.ttsc__say('no'), 'TT_NOT_RUNNING');
      if (at === undefined) tries();
      else at.ttsc__do(tries);
    }
    await app.settled();
    expect([one.words, two.words]).to.deep.equal([[], []]);
    expect(app.lines.filter(({ level }) => level >= 40)).to.deep.equal([]);
    await app.finish();
  });

  it('says what to do where a sparkle is taken off it', async () => {
    const { app, one } = await talker();
    // eslint-disable-next-line tasktonic/no-unbound-sparkle -- what is tried
    const { ttsc__say: say } = one.raises;
    expectThrow(() => say('no'), 'TT_UNBOUND_SPARKLE');
    await app.finish();
  });

  it('is refused in the last sparkle', async () => {
    let last!: Last;
    const app = await startApp(() => void ((last = new Last()), new Talker()));
    last.ttsc__finish();
    await app.settled();
    expect(last.error!.message).to.contain('ttsc__more');
    await app.finish();
  });
});

describe('this.generic', () => {
  it('runs at once the body that would hold in no state', async () => {
    const { app, one } = await talker();
    one.ttsc__becomeBusy();
    one.ttsc__say('as well');
    one.ttsc__do((tonic) => {
      tonic.generics.ttsc__say(1, 2, 3);
      tonic.words.push(['after']);
    });
    await app.settled();
    expect(one.words).to.deep.equal([['busy', 'as well'], ['as well'], [1, 2, 3], ['after']]);
    await app.finish();
  });

  it('does nothing where there is no such body', async () => {
    class Quiet extends Talker {
      ttsc_busy__rest(): void {
        this.words.push(['rests']);
      }
    }
    let quiet!: Quiet;
    const app = await startApp(() => (quiet = new Quiet()));
    quiet.ttsc__becomeBusy();
    quiet.ttsc__do((tonic) => (tonic.generics as any).ttsc__rest());
    await app.settled();
    expect(quiet.words).to.deep.equal([]);
    await app.finish();
  });

  it('gives what a body throws to the sparkle that called it', async () => {
    class Throws extends Talker {
      override ttsc__say(): void {
        throw new RangeError('on purpose');
      }
    }
    let throws!: Throws;
    const app = await startApp(() => (throws = new Throws()));
    let caught: unknown;
    throws.ttsc__do((tonic) => {
      try {
        tonic.generics.ttsc__say();
      } catch (thrown) {
        caught = thrown;
      }
    });
    await app.settled();
    expect(caught).to.be.instanceOf(RangeError);
    await app.finish();
  });

  it('is for the sparkles of that very Tonic alone', async () => {
    const { app, one } = await talker();
    expectThrow(() => one.generics.ttsc__say('no'), 'TT_NOT_RUNNING');
    await app.finish();
  });
});
