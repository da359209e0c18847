import { expect } from 'chai';
import fc from 'fast-check';
import { howMany } from '../../support/how-many.js';
import { type Thread, World, contentOf } from './world.js';

/** What may happen, by chance. */
type Happens = (world: World) => void;

const PATHS = ['a', 'b', 'a/x', 'a/y', 'b/x', 'list'];
const path = fc.constantFrom(...PATHS);
const value = fc.integer({ min: 0, max: 5 });
const thread = fc.nat({ max: 2 });

/** It tells what it is where a property fails. */
function named(text: string, happens: Happens): Happens {
  return Object.assign((world: World) => happens(world), { [fc.toStringMethod]: () => text });
}

/** A write of one thread, once it has its copy; or of the owner's thread, which is the one with the number 3. */
function written(text: string, write: (tree: Thread['tree']) => void): fc.Arbitrary<Happens> {
  return fc.nat({ max: 3 }).map((at) =>
    named(`${at}: ${text}`, ({ threads, tree }) => {
      const by = threads[at];
      if (by === undefined) write(tree);
      else if (by.replica.ready) write(by.tree);
    }),
  );
}

const writes: fc.Arbitrary<Happens> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(path, value)
      .chain(([to, what]) => written(`${to} = ${what}`, (tree) => tree.write(to, what, false))),
  },
  path.chain((of) => written(`remove ${of}`, (tree) => tree.remove(of))),
  fc.tuple(path, value).chain(([to, what]) =>
    written(`${to} = a/x = ${what}`, (tree) =>
      tree.group(() => {
        tree.write(to, what, false);
        tree.write('a/x', what, false);
      }, {}),
    ),
  ),
  // Refused where another one was quicker, and not tried again.
  fc.tuple(path, value, fc.nat({ max: 2 })).map(([to, what, at]) =>
    named(`${at}: ${to} = ${what}, if it is still what it was`, ({ threads }) => {
      const { replica, tree } = threads[at]!;
      if (!replica.ready) return;
      const ignored = { carriedOut() {}, lost() {}, failed() {} };
      replica.writeWhere([to, tree.read(to)], ignored, () => tree.write(to, what, false));
    }),
  ),
  value.chain((what) =>
    written(`list/#/is = ${what}`, (tree) =>
      tree.group(() => {
        const made = tree.make('list', '');
        tree.write(`${made.path ?? made.provisional!}/is`, what, false);
      }, {}),
    ),
  ),
);
const brought: fc.Arbitrary<Happens> = fc.tuple(thread, fc.boolean()).map(([at, there]) =>
  named(there ? `${at} is heard` : `${at} hears`, ({ threads }) => {
    const { toOwner, fromOwner } = threads[at]!;
    (there ? toOwner : fromOwner).bring();
  }),
);

describe('replicas of a Store', () => {
  it('come to be what the owner has, whatever is written where and in whatever order it arrives', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(writes, brought), { maxLength: 60 }), (happens) => {
        const world = new World(3);
        for (const one of happens) one(world);
        world.settle();
        const content = contentOf(world.tree);
        expect([...world.heard].sort()).to.deep.equal([...content].sort());
        for (const { tree, heard } of world.threads) {
          expect([...contentOf(tree)].sort()).to.deep.equal([...content].sort());
          expect([...heard].sort(), 'as its subscribers have heard').to.deep.equal([...content].sort());
        }
      }),
      { numRuns: howMany(300, 3_000) },
    );
  });

  it('show what they have written after a write that was refused, before the owner has confirmed it and when he has', () => {
    const world = new World(1);
    world.settle();
    const { tree, replica, toOwner, fromOwner } = world.threads[0]!;
    const ignored = { carriedOut() {}, lost() {}, failed() {} };
    world.tree.write('a', 1);
    replica.writeWhere(['a', undefined], ignored, () => tree.write('b', 'refused'));
    tree.write('c', 'mine');
    toOwner.bring();
    while (fromOwner.waits > 0) fromOwner.bring();
    expect([...contentOf(tree)]).to.deep.equal([['a', 1], ['c', 'mine']]); // prettier-ignore
    world.settle();
    expect([...contentOf(tree)]).to.deep.equal([['a', 1], ['c', 'mine']]); // prettier-ignore
  });

  it('come to be what an owner has that was started again', () => {
    const restart = fc.constant(named('restart', (world) => world.restart()));
    fc.assert(
      fc.property(fc.array(fc.oneof(writes, brought, restart), { maxLength: 60 }), (happens) => {
        const world = new World(3);
        for (const one of happens) one(world);
        world.settle();
        const content = [...contentOf(world.tree)].sort();
        for (const { tree } of world.threads) expect([...contentOf(tree)].sort()).to.deep.equal(content);
      }),
      { numRuns: howMany(100, 1_000) },
    );
  });

  it('come to be what the owner has although words were lost on the way, and lose nothing that they have written', () => {
    const lost: fc.Arbitrary<Happens> = fc.tuple(thread, fc.boolean()).map(([at, there]) =>
      named(there ? `${at} is not heard` : `${at} misses a word`, ({ threads }) => {
        const { toOwner, fromOwner } = threads[at]!;
        (there ? toOwner : fromOwner).lose();
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(writes, brought, lost), { maxLength: 60 }), (happens) => {
        const world = new World(3);
        world.settle();
        for (const one of happens) one(world);
        for (const { tree } of world.threads) tree.write('own', 1, false);
        // A word that nobody follows is missed by nobody: with the next ones it is.
        for (let last = 0; last < 2; last++) {
          world.tree.write('last', last, false);
          world.threads.forEach(({ tree }, at) => tree.write(`last/${at}`, last, false));
          world.settle();
        }
        const content = [...contentOf(world.tree)].sort();
        for (const { tree, refused } of world.threads) {
          expect([...contentOf(tree)].sort()).to.deep.equal(content);
          expect(refused).to.deep.equal([]);
        }
      }),
      { numRuns: howMany(200, 2_000) },
    );
  });
});
