import { expect } from 'chai';
import { StoreTree } from '../../src/store/index.js';
import { expectThrow } from '../support/errors.js';
import { hearing } from './support/heard.js';

describe('a path of a Store', () => {
  let store: StoreTree;
  beforeEach(() => (store = new StoreTree()));

  const uses = (path: any): Record<string, () => unknown> => ({
    set: () => store.set(path, 1),
    get: () => store.get(path),
    has: () => store.has(path),
    at: () => store.at(path).v,
    remove: () => store.remove(path),
    pop: () => store.pop(path),
    subscribe: () => store.subscribe(path, hearing()),
    'a target': () => store.at('a').linkTo(path),
    exclude: () => store.subscribe('a', hearing(), { exclude: [path] }),
    extract: () => store.subscribe('a', hearing(), { extract: [path], triggerNow: true }),
    'a list': () => store.set([[path, 1]]),
  });

  for (const [what, path] of [
    ['an empty segment', 'a//b'],
    ['a line feed', 'a\nb'],
    ['a null character', 'a/\u0000b'],
    ['more characters than it may', 'x'.repeat(1_025)],
    ['more segments than it may', new Array(65).fill('a').join('/')],
  ] as const) {
    it(`with ${what} is refused wherever one is taken`, () => {
      for (const [use, call] of Object.entries(uses(path))) expect(expectThrow(call, 'TT_STORE_PATH'), use);
      expect([store.dump(), store.keys()]).to.deep.equal([[], []]);
    });
  }

  it('that is not a text is refused', () => {
    for (const path of [5, Symbol('s'), {}, []]) {
      expectThrow(() => store.get(path as never), 'TT_STORE_PATH');
      expectThrow(() => store.at(path as never), 'TT_STORE_PATH');
      expectThrow(() => store.at('a').get(path as never), 'TT_STORE_PATH');
      expectThrow(() => store.remove(path as never), 'TT_STORE_PATH');
    }
  });

  it('with a star is one of subscriptions: it is not written to', () => {
    for (const path of ['*', 'a/*', '**/b', 'a/b*']) {
      expectThrow(() => store.set(path, 1), 'TT_STORE_PATH');
      expectThrow(() => (store.at(path).v = 1), 'TT_STORE_PATH');
      expectThrow(() => store.at(path).append(), 'TT_STORE_PATH');
      expectThrow(() => store.at(path).linkTo('x'), 'TT_STORE_PATH');
      expect([store.get(path), store.has(path)]).to.deep.equal([undefined, false]);
    }
    expect(store.keys()).to.deep.equal([]);
  });

  it('has # and . mean elements of lists in set() alone: no node is called so', () => {
    for (const path of ['list/#', 'list/name#', 'list/#/x', '.', 'list/.'])
      expect(expectThrow(() => (store.at(path).v = 1), 'TT_STORE_PATH').message).to.include('set()');
    expect(store.keys()).to.deep.equal([]);
  });

  it('may have names that objects have: they are ordinary ones', () => {
    for (const name of ['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'prototype']) {
      expect([store.get(name), store.get(`${name}/x`), store.has(name)]).to.deep.equal([undefined, undefined, false]);
      store.set(`${name}/x`, name);
      expect(store.get(`${name}/x`)).to.equal(name);
    }
    expect(store.dump()).to.have.length(5);
    expect(({} as { x?: unknown }).x).to.equal(undefined);
    store.set(JSON.parse('{ "a/__proto__": 1 }') as Record<string, number>);
    expect(store.get('a/__proto__')).to.equal(1);
    store.subscribe('**', hearing(), { extract: ['__proto__'], triggerNow: true });
  });

  it('is told in the error, of a long one the beginning', () => {
    const { message } = expectThrow(() => store.get(`${'long/'.repeat(1_000)}`), 'TT_STORE_PATH');
    expect(message).to.include('"long/long/');
    expect(message.length).to.be.lessThan(250);
  });

  it('is as deep through links as it may be at most', () => {
    const long = new Array(40).fill('a').join('/');
    store.at('link').linkTo(long);
    expectThrow(() => store.set(`link/${long}`, 1), 'TT_STORE_PATH');
    expect(store.keys()).to.deep.equal(['link']);
  });
});
