import { expect } from 'chai';
import { StoreTree } from '../../src/store/index.js';
import { expectThrow } from '../support/errors.js';
import { howMany, onlyWithAll } from '../support/how-many.js';
import { hearing } from './support/heard.js';

describe('a Store', () => {
  it('holds so many paths and no more, of which each one removed makes room', () => {
    const store = new StoreTree({ paths: 5 });
    store.set({ 'a/b': 1, 'c/d': 2 });
    expectThrow(() => store.set('e/f', 1), 'TT_STORE_FULL');
    expectThrow(() => store.set({ 'a/b': 2, e: 1, f: 1 }), 'TT_STORE_FULL');
    store.set('e', 1);
    expectThrow(() => store.at('a').append(), 'TT_STORE_FULL');
    expect(store.get('a/b')).to.equal(1);
    store.remove('c');
    store.set('e/f', 1).set('g', 1);
    expectThrow(() => store.set('h', 1), 'TT_STORE_FULL');
  });

  it('has so many subscriptions and no more, of which each one ended makes room', () => {
    const store = new StoreTree({ subscriptions: 2 });
    const { unsubscribe } = store.subscribe('a', hearing());
    expectThrow(() => store.subscribe(['b', 'c'], hearing()), 'TT_STORE_FULL');
    const heard = hearing();
    store.subscribe('b', heard);
    store.set('b', 1);
    expect(heard.calls).to.have.length(1);
    unsubscribe();
    store.subscribe('c', hearing());
    expectThrow(() => store.subscribe('d', hearing()), 'TT_STORE_FULL');
  });

  it('refuses wrong options, in each of its calls', () => {
    expectThrow(() => new StoreTree({ paths: 0 }), 'TT_BAD_OPTION');
    expectThrow(() => new StoreTree({ path: 1 } as never), 'TT_BAD_OPTION');
    const store = new StoreTree();
    expectThrow(() => store.subscribe('a', hearing(), { recursiv: true } as never), 'TT_BAD_OPTION');
    expectThrow(() => store.subscribe('a', 'callback' as never), 'TT_BAD_OPTION');
    expectThrow(() => store.subscribe('a', hearing(), { exclude: 'b' as never }), 'TT_BAD_OPTION');
    expectThrow(() => store.group(() => {}, { silent: true } as never), 'TT_BAD_OPTION');
    expectThrow(() => store.at('a').linkTo('b', { bubbles: true } as never), 'TT_BAD_OPTION');
    expectThrow(() => store.set('a', 1, { notify: 1 as never }), 'TT_BAD_OPTION');
    expect([store.dump(), store.keys()]).to.deep.equal([[], []]);
  });

  it('has a list of very many elements added to and taken from at its end, each in the same time', function () {
    onlyWithAll(this, 'a list of very many elements');
    this.timeout(60_000);
    const store = new StoreTree();
    const list = store.at('list');
    const count = howMany(50_000, 300_000);
    store.group(() => {
      for (let n = 0; n < count; n++) list.append().v = n;
    });
    expect(list.keys()).to.have.length(count);
    for (let n = 0; n < 10_000; n++) {
      list.remove(`#${count - 1}`);
      expect(list.append().key).to.equal(`#${count - 1}`);
    }
    const heard = hearing();
    store.subscribe('list', heard, { recursive: true });
    store.remove('list');
    expect(heard.calls[0]).to.have.length(count + 1);
    expect(store.keys()).to.deep.equal([]);
  });

  it('goes on counting where the elements have great gaps', () => {
    const store = new StoreTree();
    store.set({ 'l/#0': 1, 'l/#999999999': 1 });
    store.at('l').append();
    store.remove('l/#1000000000');
    store.remove('l/#999999999');
    expect(store.at('l').append().key).to.equal('#1');
    store.set('l/#999999999999999', 1);
    expectThrow(() => store.at('l').append(), 'TT_STORE_FULL');
  });

  it('has patterns of many stars looked up in little time', () => {
    const store = new StoreTree();
    const heard = hearing();
    store.subscribe(new Array(30).fill('**').join('/'), heard);
    store.subscribe(`${'a*'.repeat(200)}b`, heard);
    store.set(new Array(60).fill('a').join('/'), 1);
    store.set('a'.repeat(900), 1);
    expect(heard.calls).to.have.length(1);
    store.subscribe(new Array(30).fill('**').join('/'), heard, { triggerNow: true });
    expect(heard.calls[1]).to.have.length(31);
  });

  it('tells one change under no more than 1,000 paths, however many links lead to where links stand', () => {
    const store = new StoreTree();
    for (let n = 0; n < 12; n++) store.at(`house/l${n}`).linkTo('house', { bubbleEvents: true });
    const heard = hearing();
    store.subscribe('**', heard);
    store.set('house/x', 1);
    expect(heard.calls.flat()).to.have.length(1_000);
  });
});

describe('a list of subscribers', () => {
  it('that is ended one by one leaves nothing behind', () => {
    const store = new StoreTree();
    const all = Array.from({ length: 1_000 }, (_, n) => store.subscribe(`a/*/b${n}*/**`, hearing(), { owner: n }));
    for (const one of all) one.unsubscribe();
    const heard = hearing();
    store.subscribe('a/x/b1/c', heard);
    store.set('a/x/b1/c', 1);
    expect(heard.calls).to.have.length(1);
  });
});
