import { expect } from 'chai';
import { Catalyst, Tonic } from '../../src/index.js';
import { type App, startApp } from '../support/app.js';
import { expectThrow } from '../support/errors.js';

class Door extends Tonic<'open'> {
  readonly words: unknown[][] = [];
  ttsc__knock(...how: unknown[]): void {
    this.words.push(how);
  }
  ttsc_open__knock(...how: unknown[]): void {
    this.words.push(['open', ...how]);
  }
}

/** A Catalyst as plain JavaScript writes it. */
class Main extends Catalyst {
  readonly words: string[] = [];
  turns = 0;
  override async sparkle(): Promise<void> {
    this.turns++;
    return super.sparkle();
  }
  ttse__onStart(): void {
    this.bind('ttsc__knock')('hello');
    expectThrow(() => (this as any).bind('ttsc__nock'), 'TT_UNKNOWN_SPARKLE');
    // eslint-disable-next-line tasktonic/no-old-lines -- the old name is refused
    expectThrow(() => (this as any).sparkle('ttsc__knock'), 'TT_RENAMED');
    expectThrow(() => void this.sparkle(), 'TT_ALREADY_SPARKLING');
    this.words.push('refused');
  }
  ttsc__knock(word: string): void {
    this.words.push(word);
  }
}

const start = async (): Promise<{ app: App; door: Door }> => {
  let door!: Door;
  const app = await startApp(() => (door = new Door()));
  return { app, door };
};

describe('sparkle() of a Catalyst', () => {
  it('begins the loop but once, and is no longer the name of bind()', async () => {
    const main = (): Main => (made = new Main());
    let made!: Main;
    const app = await startApp(() => void new Door(), { main });
    expect(made.words).to.deep.equal(['refused', 'hello']);
    expect(made.turns).to.equal(1);
    await app.finish();
  });
});

describe('a sparkle', () => {
  it('is bound with bind(), whose name was sparkle()', async () => {
    const { app, door } = await start();
    // eslint-disable-next-line tasktonic/no-old-lines -- the old name is refused
    const error = expectThrow(() => (door as any).sparkle('ttsc__knock'), 'TT_RENAMED');
    expect(error.message).to.contain("bind('ttsc__knock')");
    await app.finish();
  });

  it('never runs when it is called, and returns nothing', async () => {
    const { app, door } = await start();
    expect(door.ttsc__knock(1)).to.equal(undefined);
    expect(door.words).to.deep.equal([]);
    await app.settled();
    expect(door.words).to.deep.equal([[1]]);
    await app.finish();
  });

  it('gets the arguments it was called with, however many', async () => {
    const { app, door } = await start();
    const calls = [[], [1], [1, undefined], [undefined], [1, 2], [1, 2, 3], [1, 2, 3, 4, 5, 6, 7]];
    for (const args of calls) door.ttsc__knock(...args);
    await app.settled();
    expect(door.words).to.deep.equal(calls);
    await app.finish();
  });

  it('taken off its Tonic as a value throws an error that names the remedy', async () => {
    const { app, door } = await start();
    const knock = door.ttsc__knock; // eslint-disable-line tasktonic/no-unbound-sparkle
    const calls = [
      () => knock(1),
      () => [1].forEach(knock),
      () => knock.call({} as never),
      () => knock.call(app.main as never),
    ];
    for (const call of calls) {
      expect(expectThrow(call, 'TT_UNBOUND_SPARKLE').message).to.contain('tonic.bind("ttsc__knock")');
    }
    await app.settled();
    expect(door.words).to.deep.equal([]);
    await app.finish();
  });
});

describe('a reference to a sparkle', () => {
  it('puts an order on the queue of its Tonic when it is called, with all arguments', async () => {
    const { app, door } = await start();
    const knock = door.bind('ttsc__knock');
    knock();
    knock(1);
    [2].forEach(knock);
    knock(1, 2, 3, 4);
    expect(door.words).to.deep.equal([]);
    await app.settled();
    expect(door.words).to.deep.equal([[], [1], [2, 0, [2]], [1, 2, 3, 4]]);
    await app.finish();
  });

  it('tells its Tonic and its sparkle', async () => {
    const { app, door } = await start();
    expect(door.bind('ttsc__knock')).to.include({ tonic: door, sparkle: 'ttsc__knock' });
    await app.finish();
  });

  it('may be to the sparkle of one state', async () => {
    const { app, door } = await start();
    const knock = door.bind('ttsc_open__knock');
    knock();
    door.ttsc__toState('open');
    knock();
    await app.settled();
    expect(door.words).to.deep.equal([['open']]);
    await app.finish();
  });

  it('to a method that is not a sparkle is refused', async () => {
    const { app, door } = await start();
    for (const key of ['ttsc__knok', 'drained', 'toString', '']) {
      expectThrow(() => door.bind(key as 'ttsc__knock'), 'TT_UNKNOWN_SPARKLE');
    }
    await app.finish();
  });

  it('does nothing once its Tonic has finished', async () => {
    const { app, door } = await start();
    const knock = door.bind('ttsc__knock');
    await app.finish();
    knock(1);
    expect(door.words).to.deep.equal([]);
  });
});
