import { expect } from 'chai';
import { Op } from '../../doors/store.js';
import { World, contentOf } from './world.js';

/** Hears what becomes of a write. */
function waiting(): { readonly outcome: string[]; carriedOut(): void; lost(): void; failed(error: Error): void } {
  const outcome: string[] = [];
  return {
    outcome,
    carriedOut: () => void outcome.push('carried out'),
    lost: () => void outcome.push('lost'),
    failed: ({ message }) => void outcome.push(message),
  };
}

describe('the owner of a Store', () => {
  /** More than may be on its way to a replica that has not taken any of it. */
  function fallsBehind(world: World): void {
    for (let at = 0; at < 3; at++) world.tree.write(`large/${at}`, 'x'.repeat(500_000));
  }

  /** A replica that is behind, and what it expected does not hold any more. */
  function expectsInVain(also: (world: World) => void): void {
    const world = new World(1);
    world.settle();
    const { tree, replica } = world.threads[0]!;
    const waiter = waiting();
    fallsBehind(world);
    world.tree.write('count', 1);
    also(world);
    replica.writeWhere(['count', undefined], waiter, () => tree.write('other', 'mine'));
    world.settle();
    expect(waiter.outcome).to.deep.equal(['lost']);
    expect(contentOf(tree)).to.deep.equal(contentOf(world.tree));
  }

  it('tells a replica that is behind, too, that what it expected does not hold, and does not confirm it', () => {
    expectsInVain(() => {});
  });

  it('tells one that misses so much that it is sent everything anew, too', () => {
    expectsInVain((world) => world.tree.link('alias', 'count', false));
  });

  it('refuses a write that expects something of a path that it does not take, and goes on', () => {
    const world = new World(1, { depth: 2 });
    world.settle();
    const { replica, tree, toOwner, refused } = world.threads[0]!;
    tree.write('a', 1);
    toOwner.send('write', 1, 1, 2, [Op.request, '', undefined, Op.set, 'b', 1], ['a/b/c', undefined]);
    world.settle();
    tree.write('c', 1);
    expect(refused).to.deep.equal([]);
    expect(replica.ready).to.equal(true);
    expect([...contentOf(world.tree)]).to.deep.equal([['a', 1]]);
  });

  it('has its replicas take what it takes, and refuse what it refuses', () => {
    const large = 'x'.repeat(2_000_000);
    const deep = Array.from({ length: 100 }, () => 'a').join('/');
    const world = new World(2, { valueBytes: 3_000_000, depth: 100 });
    world.settle();
    world.tree.write('large', large);
    world.threads[0]!.tree.write(deep, large);
    world.settle();
    for (const { tree } of world.threads) {
      expect([tree.read('large'), tree.read(deep)]).to.deep.equal([large, large]);
      expect(() => tree.write(`${deep}/a`, 1)).to.throw('more than 100 segments');
      expect(() => tree.write('b', large + large)).to.throw('valueBytes');
    }
  });

  it('may be full while a replica is behind, which is told what it has missed in another order', () => {
    const world = new World(1, { paths: 10 });
    world.settle();
    const { tree } = world.threads[0]!;
    for (const path of ['d', 'c', 'b1', 'b2', 'b3', 'b4']) world.tree.write(path, 1);
    world.settle();
    fallsBehind(world);
    world.tree.remove('d');
    world.tree.remove('c');
    world.tree.write('d/x', 2);
    world.settle();
    expect(contentOf(tree)).to.deep.equal(contentOf(world.tree));
  });
});
