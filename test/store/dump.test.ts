import { expect } from 'chai';
import { expectThrow } from '../support/errors.js';
import { StoreTree } from '../../src/store/index.js';
import { hearing } from './support/heard.js';

describe('a dump of a Store', () => {
  let store: StoreTree;
  beforeEach(() => (store = new StoreTree()));

  it('has the values and links below a place, by their paths from there', () => {
    store.set({ 'devices/dummy': 123, 'devices/empty/none': undefined, devices: 'own', 'l/#10': 1, 'l/#9': 2 });
    store.at('alias/dummy').linkTo('devices/dummy', { bubbleEvents: true });
    expect(store.dump()).to.deep.equal([
      ['alias/dummy', { $link: 'devices/dummy', bubbleEvents: true }],
      ['devices', 'own'],
      ['devices/dummy', 123],
      ['l/#9', 2],
      ['l/#10', 1],
    ]);
    expect(store.at('devices').dump()).to.deep.equal([
      ['', 'own'],
      ['dummy', 123],
    ]);
    expect(store.at('alias/dummy').dump()).to.deep.equal([['', { $link: 'devices/dummy', bubbleEvents: true }]]);
  });

  it('is loaded again, its links as links, in one batch', () => {
    store.set({ a: 1, 'b/c': { x: 1 }, 'b/d': { $link: 'a', bubbleEvents: true }, 'b/e': { $value: 1 } });
    store.at('link').linkTo('b', { bubbleEvents: true });
    const other = new StoreTree();
    const heard = hearing();
    other.subscribe('**', heard);
    other.load(store.dump());
    expect(other.dump()).to.deep.equal(store.dump());
    expect(other.get('link/d')).to.deep.equal({ $link: 'a', bubbleEvents: true });
    expect(other.get('b/e')).to.deep.equal({ $value: 1 });
    expect(heard.calls).to.have.length(1);
  });

  it('leaves what else there is, unless it is to replace it', () => {
    store.set({ 'a/x': 1, 'a/y': 2, b: 3 });
    store.at('a').load([['x', 5]]);
    expect(store.dump()).to.deep.equal([
      ['a/x', 5],
      ['a/y', 2],
      ['b', 3],
    ]);
    store.at('a').load([['z', 6]], { replace: true });
    expect(store.dump()).to.deep.equal([
      ['a/z', 6],
      ['b', 3],
    ]);
    store.load([['', 'top']], { replace: true });
    expect(store.dump()).to.deep.equal([['', 'top']]);
  });

  it('is refused if it is not a dump, and nothing is loaded', () => {
    for (const none of [
      'x',
      null,
      {},
      [1],
      [['a', 1], ['b']],
      [
        ['a', 1],
        ['b', { $link: 5 }],
      ],
    ])
      expectThrow(() => store.load(none as never), 'TT_STORE_DUMP');
    expect(store.keys()).to.deep.equal([]);
  });

  it('is a text for people, too', () => {
    store.set({ a: 'own', 'a/b': [1, 'two'], 'a/c': 5n });
    expect(store.at('a').dumps()).to.equal("Dump of a:\n  . = 'own'\n  b = [ 1, 'two' ]\n  c = 5n");
    expect(store.at('z').dumps()).to.equal('Dump of z:\n  (empty)');
    expect(new StoreTree().dumps()).to.equal('Dump of ROOT:\n  (empty)');
  });
});
