import { expect } from 'chai';
import { type Batch, Op, type StoreOps, Tree, type TreeOptions } from '../../doors/store.js';
import { inWords } from '../support/heard.js';
import { LIMITS, all } from '../support/trees.js';
import { expectThrow, thrownBy } from '../../support/errors.js';

const tree = (more: Partial<TreeOptions> = {}): Tree => new Tree({ ...LIMITS, ...more });

/** What is done to it, as batches. */
function batches(of: Tree): Batch[] {
  const done: Batch[] = [];
  of.onCommit = (batch) => void done.push(batch);
  return done;
}

/** Hears all of it. */
function heard(of: Tree, path = ''): string[] {
  const words: string[] = [];
  const wishes = { ignoreSource: undefined, exclude: undefined, extract: undefined, latest: false, triggerNow: false };
  of.subscribe(
    [path],
    { ...wishes, recursive: true },
    {
      deliver: (events) => void words.push(...events.map(inWords)),
      known: [],
    },
  );
  return words;
}

/** Something of everything. */
function fill(of: Tree): void {
  of.write('a', 1);
  of.write('a/b', { x: [1, 2] });
  of.make('list', '');
  of.write('list/#0/name', 'first');
  of.make('list', 'lamp');
  of.write('', 'top');
  of.link('alias', 'a', true);
  of.link('other', 'alias/b', true);
  of.write('alias/c', 2);
  of.write('a/when', new Date(5));
}

describe('a batch of a tree', () => {
  it('is done again by its steps, in another tree, with the same events', () => {
    const [owner, replica] = [tree(), tree()];
    const done = batches(owner);
    const [here, there] = [heard(owner), heard(replica)];
    fill(owner);
    owner.remove('a/b');
    owner.remove('a');
    for (const batch of done) replica.apply(batch.toOps());
    expect(all(replica)).to.deep.equal(all(owner));
    expect(there).to.deep.equal(here);
    expect(there.length).to.be.greaterThan(10);
  });

  it('is taken back whole, whatever was in it', () => {
    const one = tree();
    fill(one);
    const before = all(one);
    const done = batches(one);
    one.group(() => {
      one.remove('a');
      one.write('a/new', 1);
      one.link('list', 'a', true);
      one.make('', 'x');
      one.write('', undefined);
      one.write('list/deep/down', 3);
    });
    expect(all(one)).to.not.deep.equal(before);
    one.undo(done[0]!);
    expect(all(one)).to.deep.equal(before);
    expect(one.read('alias/b')).to.deep.equal({ x: [1, 2] });
    expect(done[0]!.undone).to.equal(true);
  });

  it('is rolled back, and heard by nobody, where who hears it first throws', () => {
    const one = tree();
    fill(one);
    const before = all(one);
    const words = heard(one);
    one.onCommit = () => {
      throw new Error('no');
    };
    expect(thrownBy(() => one.write('a', 2)).message).to.equal('no');
    expect(all(one)).to.deep.equal(before);
    expect(words).to.deep.equal([]);
  });

  it('is taken back for now, without a throw, where who hears it first says false', () => {
    const one = tree();
    const words = heard(one);
    let held: Batch | undefined;
    one.onCommit = (batch) => {
      held = batch;
      return false;
    };
    one.write('a/b', 1);
    expect([one.read('a/b'), one.exists('a'), words]).to.deep.equal([undefined, false, []]);
    one.apply(held!.toOps());
    expect([one.read('a/b'), words]).to.deep.equal([1, ['a/b: - -> 1']]);
  });

  it('says who made each change, and what is told to nobody', () => {
    const [owner, replica] = [tree(), tree()];
    const done = batches(owner);
    const there = heard(replica);
    owner.group(
      () => {
        owner.write('a', 1);
        owner.group(() => owner.write('b', 1), { notify: false });
        owner.group(() => owner.write('c', 1), { source: 'inner' });
        owner.write('d', 1);
      },
      { source: 'outer' },
    );
    replica.apply(done[0]!.toOps());
    expect(there).to.deep.equal(['a: - -> 1 (outer)', 'c: - -> 1 (inner)', 'd: - -> 1 (outer)']);
  });

  it('can be carried out again after a part of it was done, and later batches are correct', () => {
    const [owner, replica] = [tree(), tree()];
    owner.write('one/v', 1);
    owner.write('two/v', 2);
    owner.link('alias', 'one', false);
    const done = batches(owner);
    const pieces = owner.contents('', 1);
    const copy = [pieces.next().value as StoreOps];
    owner.write('alias/v', 10);
    owner.remove('alias');
    owner.link('alias', 'two', true);
    owner.write('alias/v', 20);
    owner.remove('one');
    owner.link('one', 'two', false);
    owner.write('one/w', 5);
    for (const piece of pieces) copy.push(piece);
    for (const piece of copy) replica.apply(piece);
    for (const batch of done) replica.apply(batch.toOps());
    expect(all(replica)).to.have.deep.members(all(owner));
    expect(replica.read('two/w')).to.equal(5);
    expect(replica.read('two/v')).to.equal(20);
  });

  it('is done at the paths themselves: an alias that is there already, and came later, is out of the way', () => {
    const replica = tree();
    replica.apply([Op.link, 'a', ['b', false]]);
    replica.apply([Op.set, 'a/x', 1]);
    expect(replica.read('a/x')).to.equal(1);
    expect(replica.exists('b')).to.equal(false);
  });

  it('does nothing where one of its steps cannot be done', () => {
    const one = tree();
    fill(one);
    const before = all(one);
    expectThrow(() => one.apply([Op.set, 'z', 1, Op.set, 'a//b', 2]), 'TT_STORE_PATH');
    expectThrow(() => one.apply([Op.set, 'z', 1, 99, 'a', 2]), 'TT_STORE_BAD_OPS');
    expect(all(one)).to.deep.equal(before);
  });
});

describe('a request of a replica', () => {
  it('leaves it to the owner to number the elements that are made in it', () => {
    const [owner, replica] = [tree(), tree({ isReplica: true })];
    for (const each of [owner, replica]) each.make('logs', '');
    const asked = batches(replica);
    owner.make('logs', '');
    const made = replica.group(() => {
      const one = replica.make('logs', '');
      replica.write(`${one.provisional!}/text`, 'mine');
      replica.link('last', one.provisional!, true);
      const inner = replica.make(`${one.provisional!}/parts`, 'p');
      replica.write(inner.provisional!, 7);
      return [one, inner];
    });
    expect(made).to.deep.equal([
      { path: undefined, provisional: undefined },
      { path: undefined, provisional: undefined },
    ]);
    const done = owner.apply(asked[0]!.toRequest());
    expect(done.made.map(({ path }) => path)).to.deep.equal(['logs/#2', 'logs/#2/parts/p#0']);
    expect([owner.read('logs/#2/text'), owner.read('last/parts/p#0')]).to.deep.equal(['mine', 7]);
    expect(replica.read('logs/#1/text')).to.equal('mine');
  });

  it('goes through the links that there are where it is carried out', () => {
    const [owner, replica] = [tree(), tree({ isReplica: true })];
    owner.link('lamp', 'new', false);
    replica.link('lamp', 'old', false);
    const asked = batches(replica);
    replica.write('lamp/power', 'on');
    owner.apply(asked[0]!.toRequest());
    expect([owner.read('new/power'), owner.read('old/power')]).to.deep.equal(['on', undefined]);
  });

  it('is refused whole where it names an element that it has not made', () => {
    const owner = tree();
    expectThrow(
      () => owner.apply([Op.request, '', undefined, Op.set, 'a', 1, Op.set, '\u00000/b', 1]),
      'TT_STORE_BAD_OPS',
    );
    expect(owner.exists('a')).to.equal(false);
  });
});

describe('reconciling a tree', () => {
  it('tells each path once, by what it showed before and shows after', () => {
    const one = tree();
    fill(one);
    const done = batches(one);
    one.write('a', 5);
    one.write('n', 1);
    const words = heard(one);
    one.reconcile(() => {
      for (const batch of done.toReversed()) one.undo(batch);
      one.apply([Op.set, 'a', 7, Op.set, 'm', 1]);
      one.apply([Op.set, 'a', 8, Op.set, 'n', 1]);
    }, 'owner');
    expect(words).to.deep.equal(['a: 5 -> 8 (owner)', 'alias: 5 -> 8 (owner)', 'm: - -> 1 (owner)']);
  });

  it('tells nobody where all is as it was', () => {
    const one = tree();
    fill(one);
    const words = heard(one);
    const ops = all(one);
    one.reconcile(() => {
      one.clear();
      one.apply(ops);
    });
    expect(words).to.deep.equal([]);
  });

  it('tells what is gone after the whole content was taken anew', () => {
    const one = tree();
    fill(one);
    const words = heard(one);
    one.reconcile(() => {
      one.clear();
      one.apply([Op.set, 'a', 1]);
    });
    expect(words).to.include.members(['a/c: 2 -> -', 'list/#0/name: "first" -> -', 'alias: 1 -> -']);
    expect(words.filter((word) => word.startsWith('alias:'))).to.have.length(1);
    expect(words.filter((word) => word.startsWith('a:'))).to.deep.equal([]);
  });
});
