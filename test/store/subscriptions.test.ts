import { expect } from 'chai';
import { StoreTree } from '../../src/store/index.js';
import { expectThrow } from '../support/errors.js';
import { type Heard, hearing } from './support/heard.js';

describe('a subscription', () => {
  let store: StoreTree;
  let heard: Heard;
  beforeEach(() => {
    store = new StoreTree();
    heard = hearing();
  });

  const setAll = (...paths: string[]): void => store.group(() => paths.forEach((path, at) => store.set(path, at)));
  const paths = (): string[] => heard.calls.flat().map(({ path }) => path);

  it('hears of its own path what was and what is', () => {
    store.at('ui/dialog/btn_ok').subscribe(heard);
    store.set({ 'ui/dialog/btn_ok': 'clicked', 'ui/dialog': 1, 'ui/dialog/btn_ok/color': 2 });
    store.at('ui/dialog/btn_ok').v = 'again';
    expect(heard.calls).to.deep.equal([
      [{ path: 'ui/dialog/btn_ok', value: 'clicked', old: undefined, source: undefined }],
      [{ path: 'ui/dialog/btn_ok', value: 'again', old: 'clicked', source: undefined }],
    ]);
  });

  it('hears of what was written before, unheard, and hears nothing when it has ended', () => {
    store.set('a', 1).set('a', 2);
    const { unsubscribe } = store.subscribe('a', heard);
    store.set('a', 3).set('a', 4);
    unsubscribe();
    store.set('a', 5);
    expect(heard.words).to.deep.equal(['a: 2 -> 3', 'a: 3 -> 4']);
  });

  it('hears events in a frozen list, frozen where another one hears them too', () => {
    store.subscribe('a', heard);
    store.set('a', 1);
    store.subscribe('*', heard);
    store.set('a', 2);
    for (const events of heard.calls) expect(Object.isFrozen(events)).to.equal(true);
    for (const [event] of heard.calls.slice(1)) expect(Object.isFrozen(event)).to.equal(true);
  });

  it('hears nothing where a value is set that is equal, and of a value that goes', () => {
    store.subscribe('a', heard);
    store
      .set('a', { x: [1] })
      .set('a', { x: [1] })
      .set('b', undefined);
    store.at('a').v = undefined;
    store.at('a').v = undefined;
    expect(heard.words).to.deep.equal(['a: - -> {"x":[1]}', 'a: {"x":[1]} -> -']);
    expect(store.has('a')).to.equal(true);
  });

  it('tells 1 from true, 0 from -0, and null from nothing', () => {
    store.subscribe('a', heard);
    for (const value of [1, true, 0, -0, null, undefined, NaN, NaN]) store.at('a').v = value;
    expect(heard.calls.length).to.equal(7);
  });

  it('that is recursive hears of all below as well, in one call a batch', () => {
    store.subscribe('config', heard, { recursive: true });
    setAll('config/a', 'config/nested/b', 'config/nested', 'outside');
    expect(heard.calls).to.have.length(1);
    expect(paths()).to.deep.equal(['config/a', 'config/nested/b', 'config/nested']);
  });

  it('hears nothing of other paths, whose names may begin with its own', () => {
    store.subscribe('sensors', heard, { recursive: true });
    setAll('sensors/temp', 'other/param', 'sensorsx', 'sensor');
    expect(paths()).to.deep.equal(['sensors/temp']);
  });

  describe('with wildcards', () => {
    const all = ['a', 'a/b', 'a/b/c', 'a/b/c/d', 'a/c', 'ab/c', 'a/bb', 'a/b/x/c'];
    for (const [pattern, recursive, fits] of [
      ['a', false, ['a']],
      ['a', true, ['a', 'a/b', 'a/b/c', 'a/b/c/d', 'a/c', 'a/bb', 'a/b/x/c']],
      ['a/*', false, ['a/b', 'a/c', 'a/bb']],
      ['a/*', true, ['a/b', 'a/b/c', 'a/b/c/d', 'a/c', 'a/bb', 'a/b/x/c']],
      ['a/**', false, ['a/b', 'a/b/c', 'a/b/c/d', 'a/c', 'a/bb', 'a/b/x/c']],
      ['a/**', true, ['a/b', 'a/b/c', 'a/b/c/d', 'a/c', 'a/bb', 'a/b/x/c']],
      ['a/*/c', false, ['a/b/c']],
      ['a/*/c', true, ['a/b/c', 'a/b/c/d']],
      ['a/**/c', false, ['a/b/c', 'a/b/x/c']],
      ['a/*/*', false, ['a/b/c']],
      ['a/**/c/*', false, ['a/b/c/d']],
      ['*', false, ['a']],
      ['**', false, all],
      ['', true, all],
      ['', false, []],
      ['*/c', false, ['a/c', 'ab/c']],
      ['a*', false, ['a']],
      ['a*/c', false, ['a/c', 'ab/c']],
      ['*b/c', false, ['ab/c']],
      ['a/b*', false, ['a/b', 'a/bb']],
      ['a/*b*b', false, ['a/bb']],
      ['**/c', false, ['a/b/c', 'a/c', 'ab/c', 'a/b/x/c']],
      ['**/**', false, ['a/b', 'a/b/c', 'a/b/c/d', 'a/c', 'ab/c', 'a/bb', 'a/b/x/c']],
    ] as const) {
      it(`${pattern === '' ? 'the root' : pattern}${recursive ? ', recursive,' : ''} hears of ${fits.join(', ') || 'none'}`, () => {
        store.subscribe(pattern, heard, { recursive });
        setAll(...all);
        expect(paths()).to.deep.equal(fits);
      });
    }

    it('takes all other characters for themselves', () => {
      store.subscribe(['a.b', 'x(+', 'y/[*'], heard);
      setAll('a.b', 'axb', 'x(+', 'y/[1', 'y/1');
      expect(paths()).to.deep.equal(['a.b', 'x(+', 'y/[1']);
    });

    it('is made by the cursor of a pattern, too, which neither reads nor writes', () => {
      store.at('ui/*').subscribe('view', heard);
      setAll('ui/dashboard/view', 'ui/settings/view', 'ui/dashboard/other', 'backend/dashboard/view');
      expect(paths()).to.deep.equal(['ui/dashboard/view', 'ui/settings/view']);
      expectThrow(() => (store.at('ui/*').v = 1), 'TT_STORE_PATH');
    });

    it('hears of nodes that come after it, and finds them again after others have subscribed', () => {
      store.subscribe('system/**/status', heard);
      store.set('system/network/status', 1);
      const other = store.subscribe('system/*/usage', hearing());
      store.set('system/network/status', 2).set('system/cpu/core_1/status', 1).set('system/cpu/core_1/usage', 1);
      other.unsubscribe();
      store.set('system/network/status', 3);
      expect(paths()).to.deep.equal([
        'system/network/status',
        'system/network/status',
        'system/cpu/core_1/status',
        'system/network/status',
      ]);
    });
  });

  it('of several paths is called for each of them', () => {
    store.at('x').subscribe(['a', 'b'], heard);
    store.at('x').set({ a: 1, b: 2, c: 3 });
    expect(heard.calls.map((events) => events.map(({ path }) => path))).to.deep.equal([['x/a'], ['x/b']]);
  });

  it('made twice hears twice', () => {
    store.subscribe('a', heard);
    store.subscribe('a', heard);
    store.set('a', 1);
    expect(heard.calls).to.have.length(2);
  });

  it('is told in the order of subscription, whatever the paths', () => {
    const order: number[] = [];
    ['a', 'a/b', '**', 'a', ''].forEach((path, at) =>
      store.subscribe(path, () => order.push(at), { recursive: path !== '**' }),
    );
    store.set({ 'a/b': 1, a: 2 });
    expect(order).to.deep.equal([0, 1, 2, 3, 4]);
  });

  it('hears nothing of changes of the source that it ignores', () => {
    store.subscribe('audio/volume', heard, { ignoreSource: 'slider' });
    store.source('slider', () => store.set('audio/volume', 3));
    store.set('audio/volume', 4);
    store.set('audio/volume', 5, { source: 'other' });
    expect(heard.words).to.deep.equal(['audio/volume: 3 -> 4', 'audio/volume: 4 -> 5 (other)']);
  });

  it('hears nothing of what it excludes, nor of what is below that', () => {
    store.subscribe('a', heard, { recursive: true, exclude: ['/a/x/', 'a/*/noise'] });
    setAll('a/b', 'a/x', 'a/x/deep/er', 'a/xx', 'a/q/noise', 'a/q/signal');
    expect(paths()).to.deep.equal(['a/b', 'a/xx', 'a/q/signal']);
  });

  it('hears of each write of a batch, with what was there before it', () => {
    store.subscribe('a', heard);
    store.group(() => store.set('a', 1).set('a', 2));
    expect(heard.words).to.deep.equal(['a: - -> 1', 'a: 1 -> 2']);
  });

  it('that wants the latest hears of each path once, from first to last', () => {
    store.set({ a: 0, same: 1 });
    store.subscribe(['*'], heard, { latest: true });
    store.group(() => store.set('a', 1).set('b', 1).set('a', 2).set('same', 2).set('same', 1));
    expect(heard.words).to.deep.equal(['a: 0 -> 2', 'b: - -> 1']);
  });

  describe('that is triggered now', () => {
    it('hears at once what is there', () => {
      store.set('app/ready', true);
      store.subscribe(['app/ready', 'ghost/path'], heard, { triggerNow: true, ignoreSource: 'init' });
      expect(heard.calls).to.deep.equal([
        [{ path: 'app/ready', value: true, old: undefined, source: 'init' }],
        [{ path: 'ghost/path', value: undefined, old: undefined, source: 'init' }],
      ]);
    });

    it('hears of its own path alone, recursive or not', () => {
      store.set({ a: 1, 'a/b': 2 });
      store.subscribe('a', heard, { triggerNow: true, recursive: true });
      expect(heard.words).to.deep.equal(['a: - -> 1 (init)']);
    });

    it('hears with a wildcard of each path that there is, in one call, in their order', () => {
      store.set({ 'l/#10': 10, 'l/#9/x': 9, 'l/a': 1, m: 2 });
      store.subscribe('l/*', heard, { triggerNow: true });
      expect(heard.calls).to.have.length(1);
      expect(heard.take()).to.deep.equal(['l/#9: - -> - (init)', 'l/#10: - -> 10 (init)', 'l/a: - -> 1 (init)']);
      store.subscribe('l/**/x', heard, { triggerNow: true });
      expect(heard.take()).to.deep.equal(['l/#9/x: - -> 9 (init)']);
      store.subscribe('l/#*', heard, { triggerNow: true, recursive: true, exclude: ['l/#10'] });
      expect(heard.take()).to.deep.equal(['l/#9: - -> - (init)', 'l/#9/x: - -> 9 (init)']);
      store.subscribe('nothing/*', heard, { triggerNow: true });
      expect(heard.calls).to.deep.equal([]);
    });

    it('hears what a group has written so far, and then only what comes', () => {
      store.group(() => {
        store.set('a', 1);
        store.subscribe('a', heard, { triggerNow: true });
        store.set('a', 2);
      });
      expect(heard.words).to.deep.equal(['a: - -> 1 (init)', 'a: 1 -> 2']);
    });
  });

  describe('ends', () => {
    it('by what subscribe() gave', () => {
      const { unsubscribe } = store.subscribe(['a', 'b/*'], heard);
      unsubscribe();
      unsubscribe();
      setAll('a', 'b/c');
      expect(heard.calls).to.deep.equal([]);
    });

    it('by its callback', () => {
      store.subscribe('a', heard);
      store.set('a', 1).unsubscribe(heard);
      store.set('a', 2);
      expect(heard.calls).to.have.length(1);
    });

    it('by its owner, all that are his, in the whole Store', () => {
      const owner = {};
      const item = store.at('door');
      item.subscribe((events) => heard(events), { owner });
      item.subscribe(heard, { owner });
      store.subscribe('data/val', heard, { owner });
      item.v = 'open';
      expect(heard.calls).to.have.length(2);
      item.unsubscribe(owner);
      item.v = 'closed';
      store.set('data/val', 1);
      expect(heard.calls).to.have.length(2);
    });

    it('by a list of callbacks and owners; what is unknown ends nothing', () => {
      const other = hearing();
      store.subscribe('a', heard);
      store.subscribe('a', other, { owner: 'me' });
      store.unsubscribe(['you', undefined]);
      store.set('a', 1).unsubscribe([heard, 'me']);
      store.set('a', 2);
      expect([heard.calls.length, other.calls.length]).to.deep.equal([1, 1]);
    });

    it('while a batch is told: who has not heard yet does not hear it', () => {
      store.subscribe('a', () => store.unsubscribe(heard));
      store.subscribe('a', heard);
      store.set('a', 1);
      expect(heard.calls).to.deep.equal([]);
    });
  });

  it('outlives what it is about: it hears of the removal, and of what is set there later', () => {
    store.set('a/b', 1).subscribe('a/b', heard);
    store.remove('a');
    store.set('a/b', 2);
    expect(heard.words).to.deep.equal(['a/b: 1 -> -', 'a/b: - -> 2']);
  });

  it('hears of a removal when it is done: of the node, then of all below, in one call', () => {
    store.set({ 'a/#10/x': 1, 'a/#9': 2, a: 3 });
    const read: unknown[] = [];
    store.subscribe('a', (events) => (heard(events), read.push(store.get('a'), store.has('a'))), { recursive: true });
    store.remove('a');
    expect(heard.calls).to.have.length(1);
    expect(heard.words).to.deep.equal(['a: 3 -> -', 'a/#9: 2 -> -', 'a/#10: - -> -', 'a/#10/x: 1 -> -']);
    expect(read).to.deep.equal([undefined, false]);
  });
});
