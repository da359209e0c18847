import { expect } from 'chai';
import { Item, StoreTree } from '../../src/store/index.js';

describe('a StoreTree', () => {
  let store: StoreTree;
  beforeEach(() => (store = new StoreTree()));

  it('gives the value that was set, or the given default', () => {
    store.set([
      ['config/version', '1.0.0'],
      ['config/debug', true],
    ]);
    expect(store.get('config/version')).to.equal('1.0.0');
    expect(store.get('config/debug')).to.equal(true);
    expect(store.get('config/missing', 'default')).to.equal('default');
    expect(store.get('config/missing')).to.equal(undefined);
  });

  it('takes the values of several paths as an object, too', () => {
    store.set({ 'direct/path': 123, 'another/path': 'abc' });
    expect(store.get('direct/path')).to.equal(123);
    expect(store.get('another/path')).to.equal('abc');
  });

  it('leaves siblings as they are', () => {
    store.set({ 'grp/a': 1, 'grp/b': 2 }).set('grp/a', 99);
    expect([store.get('grp/a'), store.get('grp/b')]).to.deep.equal([99, 2]);
  });

  it('keeps a value and children in one node', () => {
    store.set('a', 1).set('a/b', 2);
    expect([store.get('a'), store.get('a/b')]).to.deep.equal([1, 2]);
  });

  it('takes 0, false, the empty text and null for values', () => {
    store.set({ zero: 0, no: false, empty: '', nothing: null });
    for (const path of ['zero', 'no', 'empty', 'nothing']) expect(store.get(path, 'none'), path).to.not.equal('none');
  });

  it('drops the slashes around a path', () => {
    store.set('/a/b/', 1);
    expect([store.get('a/b'), store.get('//a/b'), store.at('/a/').get('b/')]).to.deep.equal([1, 1, 1]);
    expect(store.at('/a/b/').path).to.equal('a/b');
  });

  it('holds a value at its root as well', () => {
    store.v = 'top';
    expect([store.v, store.get(''), store.path, store.key]).to.deep.equal(['top', 'top', '', '']);
  });

  it('tells what is there from what is not, with a value or without', () => {
    store.set('a/b', 1);
    expect([store.has('a'), store.has('a/b'), store.has('a/c'), store.has('')]).to.deep.equal([
      true,
      true,
      false,
      true,
    ]);
  });

  it('iterates over the names below it', () => {
    store.set({ b: 1, a: 2, 'c/d': 3 });
    expect([...store]).to.deep.equal(['a', 'b', 'c']);
    expect(store.keys()).to.deep.equal(['a', 'b', 'c']);
  });

  it('sets a path to what a function makes of its value, and gives that', () => {
    store.set('count', 1);
    expect(store.update('count', (count) => Number(count) + 1)).to.equal(2);
    expect(store.get('count')).to.equal(2);
  });

  it('removes a node with all below it, and does nothing if there is no node', () => {
    store.set({ 'a/b/c': 1, 'a/b': 2, 'a/x': 3 });
    store.remove('a/b');
    store.remove('nowhere/at/all');
    expect(store.dump()).to.deep.equal([['a/x', 3]]);
  });

  it('removes only the value of its root', () => {
    store.set({ '': 1, a: 2 }).remove();
    expect(store.dump()).to.deep.equal([['a', 2]]);
  });
});

describe('an Item', () => {
  let store: StoreTree;
  beforeEach(() => (store = new StoreTree()));

  it('reads and writes the value of its path', () => {
    store.set('machine/settings/speed', 100);
    const item = store.at('machine/settings/speed');
    expect(item).to.be.instanceOf(Item);
    expect(item.v).to.equal(100);
    item.v = 150;
    expect(store.get('machine/settings/speed')).to.equal(150);
  });

  it('stays right when what it points to was removed and is set again', () => {
    const item = store.set('a/b', 1).at('a/b');
    store.remove('a');
    expect(item.v).to.equal(undefined);
    store.set('a/b', 2);
    expect(item.v).to.equal(2);
  });

  it('knows what is above it, up to the root', () => {
    store.set([
      ['grandparent', 100],
      ['grandparent/parent', 200],
      ['grandparent/parent/child', 300],
    ]);
    const child = store.at('grandparent/parent/child');
    expect([child.v, child.parent.v, child.parent.parent.v]).to.deep.equal([300, 200, 100]);
    expect([child.parent.parent.parent.path, store.parent.path]).to.deep.equal(['', '']);
    expect(child.key).to.equal('child');
  });

  it('finds its siblings by what is above it, which may have no value', () => {
    store.set({ 'folder/doc_a': 'content_a', 'folder/doc_b': 'content_b' });
    const { parent } = store.at('folder/doc_a');
    expect(parent.v).to.equal(undefined);
    expect(parent.children().map(({ v }) => v)).to.deep.equal(['content_a', 'content_b']);
  });

  it('gives the default only if it has no value', () => {
    store.set('a', 0);
    expect([store.at('a').val(7), store.at('b').val(7)]).to.deep.equal([0, 7]);
  });

  it('gives the value that it removes, which is its own alone', () => {
    store.set({ 'a/b': 1, 'a/c/d': 2 });
    expect(store.at('a').pop('b')).to.equal(1);
    expect(store.at('a/c').pop()).to.equal(undefined);
    expect(store.dump()).to.deep.equal([]);
    expect(store.has('a/c')).to.equal(false);
  });
});
