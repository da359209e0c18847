import { expect } from 'chai';
import { type StateTimeoutInfo, Tonic } from '../../../src/index.js';
import { Distiller } from '../../../src/testing/index.js';
import { startApp } from '../../support/app.js';
import { expectThrow } from '../../support/errors.js';

class Mail extends Tonic.with({
  states: ['greeting', 'ready', 'mail', 'body'],
  groups: { command: ['ready', 'mail', 'body'], envelope: ['mail', 'body'] },
}) {
  static override readonly stateTimeouts = { greeting: 50, command: 1_000, body: 9_000 };
  readonly words: string[] = [];
  timeout: StateTimeoutInfo | undefined;

  ttse_command__onEnter(): void {
    this.words.push(`command: ${this.state}`);
  }
  ttse_body__onEnter(): void {
    this.words.push('body');
  }
  ttsc__quit(): void {
    this.words.push('generic');
  }
  ttsc_command__quit(): void {
    this.words.push('command');
  }
  ttsc_envelope__quit(): void {
    this.words.push('envelope');
  }
  ttsc_body__quit(): void {
    this.words.push('own');
  }
  ttsc_envelope__reset(): void {
    this.words.push('reset');
  }
  ttsc__reset(): void {}
  ttse_greeting__onStateTimeout(): void {
    this.words.push('too slow');
  }
  ttse_command__onStateTimeout(info: StateTimeoutInfo): void {
    this.timeout = info;
  }
}

async function heardIn(state: Mail['state']): Promise<string[]> {
  let mail!: Mail;
  const app = await startApp(() => (mail = new Mail()));
  mail.ttsc__toState(state);
  await app.settled();
  mail.words.length = 0;
  mail.ttsc__quit();
  mail.ttsc__reset();
  mail.ttsc_command__quit();
  mail.ttsc_envelope__quit();
  await app.settled();
  await app.finish();
  return mail.words;
}

const refused = (statics: object, code: 'TT_BAD_GROUP' | 'TT_UNKNOWN_STATE'): string => {
  class Refused extends Tonic {
    ttsc__x(): void {}
  }
  Object.assign(Refused, statics);
  return expectThrow(() => new Refused({ base: {} as never }), code).message;
};

describe('a group of states', () => {
  it('stands behind the states own sparkles and before the generic one, the first group first', async () => {
    expect(await heardIn('greeting')).to.deep.equal(['generic']);
    expect(await heardIn('ready')).to.deep.equal(['command', 'command']);
    expect(await heardIn('mail')).to.deep.equal(['command', 'reset', 'command', 'envelope']);
    expect(await heardIn('body')).to.deep.equal(['own', 'reset', 'command', 'envelope']);
  });

  it('has its onEnter heard in each state that has none of its own', async () => {
    let mail!: Mail;
    const app = await startApp(() => (mail = new Mail()));
    for (const state of ['greeting', 'ready', 'body'] as const) mail.ttsc__toState(state);
    await app.settled();
    expect(mail.words).to.deep.equal(['command: ready', 'body']);
    await app.finish();
  });

  it('may have a timeout, for each of its states that has none of its own', async () => {
    const distiller = await Distiller.start();
    const mail = distiller.infuse(() => new Mail());
    mail.ttsc__toState('ready');
    await distiller.settle();
    await distiller.advance(999);
    expect(mail.timeout).to.equal(undefined);
    await distiller.advance(1);
    expect(mail.timeout).to.deep.equal({ state: 'ready', ms: 1_000 });
    mail.ttsc__toState('body');
    await distiller.advance(8_999);
    expect(mail.timeout!.state).to.equal('ready');
    await distiller.advance(1);
    expect(mail.timeout).to.deep.equal({ state: 'body', ms: 9_000 });
    await distiller.finish();
  });

  it('is not among the states', async () => {
    let mail!: Mail;
    const app = await startApp(() => (mail = new Mail()));
    mail.ttsc__toState('command' as never);
    await app.settled();
    const codes = app.lines.map(({ err }) => (err as { code?: string } | undefined)?.code);
    expect(codes).to.include('TT_GROUP_IS_NO_STATE');
    await app.end();
  });

  it('is inherited, and may be given anew', async () => {
    class More extends Mail {
      static override readonly groups = { ...Mail.groups, late: ['greeting'] };
      ttsc_late__quit(): void {
        this.words.push('late');
      }
    }
    let more!: More;
    const app = await startApp(() => (more = new More()));
    for (const state of ['greeting', 'mail'] as const) {
      more.ttsc__toState(state);
      more.ttsc__quit();
    }
    await app.settled();
    expect(more.words).to.deep.equal(['late', 'command: mail', 'command']);
    await app.finish();
  });

  it('is refused if it is empty, names an unknown state, or has the name of a state', () => {
    const states = ['a', 'b'];
    expect(refused({ states, groups: { all: [] } }, 'TT_BAD_GROUP')).to.contain('a list of one state or more');
    expect(refused({ states, groups: { all: 'a' } }, 'TT_BAD_GROUP')).to.contain('a list of one state or more');
    expect(refused({ states, groups: { all: ['a', 'c'] } }, 'TT_BAD_GROUP')).to.contain(
      'c is not among the states a, b',
    );
    expect(refused({ states, groups: { a: ['b'] } }, 'TT_BAD_GROUP')).to.contain('a state has that name');
    expect(refused({ groups: { all: ['a'], more: ['all'] } }, 'TT_BAD_GROUP')).to.contain(
      'all is not among the states',
    );
    expect(refused({ states, groups: { 'a b': ['a'] } }, 'TT_BAD_GROUP')).to.contain('its name');
  });
});

describe('what is said with with()', () => {
  it('is the states and groups of the class, which has all that its base class has', () => {
    class Base extends Tonic {
      static readonly words = 1;
      helper(): string {
        return 'helped';
      }
    }
    class Made extends Base.with({ states: ['a'], groups: { all: ['a'] } }) {}
    expect([Made.states, Made.groups, Made.words, Made.prototype.helper()]).to.deep.equal([
      ['a'],
      { all: ['a'] },
      1,
      'helped',
    ]);
    expect(Base.with({ states: ['a'] }).name).to.equal('Base');
  });

  it('has a method for another state refused', () => {
    class Made extends Tonic.with({ states: ['a'] }) {
      // eslint-disable-next-line tasktonic/sparkle-names -- what is refused
      ttsc_b__x(): void {}
    }
    expectThrow(() => new Made({ base: {} as never }), 'TT_UNKNOWN_STATE');
  });
});
