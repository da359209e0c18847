import { expect } from 'chai';
import { type AnyTonic, Order, type Sparkle, Tonic } from '../../../src/index.js';
import { Plan, RaisedQueue, runAs } from '../../doors/core.js';
import { stillHeld } from '../../support/memory.js';

class Door extends Tonic {
  ttsc__knock(_n: number): void {}
  ttsc__open(): void {}
}
const door = { name: 'door' } as AnyTonic;
const other = { name: 'other' } as AnyTonic;
const knock = Plan.of(Door).sparkle('ttsc__knock');
const open = Plan.of(Door).sparkle('ttsc__open');
const order = new Order();

const put = (queue: RaisedQueue, a: unknown, own = false): void => queue.put(door, knock, 1, a, undefined, 0, own);
const taken = (queue: RaisedQueue): unknown => (queue.take(order) ? order.a : 'none');
/** Puts one that a sparkle has raised itself. */
const raise = (queue: RaisedQueue, by: AnyTonic, sparkle: Sparkle, a: unknown): void =>
  runAs(by, () => put(queue, a, true), sparkle);
const drop = (queue: RaisedQueue, tonic: AnyTonic, sparkle: Sparkle, mark?: number): unknown[] => {
  const dropped: unknown[] = [];
  queue.drop(tonic, sparkle, (args) => dropped.push(args[0]), mark);
  return dropped;
};
const rest = (queue: RaisedQueue): unknown[] => {
  const all: unknown[] = [];
  while (queue.size > 0) all.push(taken(queue));
  return all;
};

describe('the queue of raised orders', () => {
  it('gives the orders in the order they came, also where more come between', () => {
    const queue = new RaisedQueue();
    let came = 0;
    let went = 0;
    for (const length of [1, 2, 3, 600, 1_100]) {
      for (let n = 0; n < length; n++) put(queue, came++);
      for (let n = 0; n < 3_000; n++) {
        put(queue, came++);
        expect(taken(queue)).to.equal(went++);
      }
      expect(queue.size).to.equal(length);
      while (queue.size > 0) expect(taken(queue)).to.equal(went++);
    }
    expect([went, queue.taken]).to.deep.equal([came, came]);
  });

  it('is busy from the first one until it was asked once in vain', () => {
    const queue = new RaisedQueue();
    expect(queue.busy).to.equal(false);
    put(queue, 1);
    expect(queue.busy).to.equal(true);
    expect([taken(queue), queue.busy, taken(queue), queue.busy]).to.deep.equal([1, true, 'none', false]);
  });

  it('gives what a source has raised while it was asked in vain', () => {
    const queue = new RaisedQueue();
    const next = (): boolean => {
      put(queue, 'raised');
      return false;
    };
    queue.follow({ next });
    expect([taken(queue), queue.waits, taken(queue), queue.waits]).to.deep.equal(['raised', false, 'none', false]);
  });

  it('carries Tonic, sparkle, arguments, time, and who raised it', () => {
    const queue = new RaisedQueue();
    runAs(other, () => queue.put(door, knock, 2, 'a', 'b', 7, false), open);
    queue.put(door, open, 3, [1, 2, 3], undefined, 0, false);
    queue.take(order);
    expect(order).to.include({ tonic: door, sparkle: knock, count: 2, a: 'a', b: 'b', queuedAt: 7 });
    expect(order).to.include({ source: other, sourceSparkle: open });
    queue.take(order);
    expect(order.args).to.deep.equal([1, 2, 3]);
    expect(order).to.include({ source: undefined, sourceSparkle: undefined });
  });

  it('counts the links of a chain, each raised in the one before', () => {
    const queue = new RaisedQueue();
    const depths: number[] = [];
    put(queue, 'a');
    put(queue, 'b');
    for (let n = 0; n < 6; n++) {
      queue.take(order);
      depths.push(queue.nextDepth);
      put(queue, 'more');
    }
    expect(depths).to.deep.equal([2, 2, 3, 3, 4, 4]);
    rest(queue);
    queue.take(order);
    expect(queue.nextDepth, 'an order of the queue begins a new one').to.equal(1);
    put(queue, 'a');
    queue.take(order);
    queue.rest();
    expect(queue.nextDepth, 'as does what comes between two turns').to.equal(1);
  });

  it('drops what a sparkle that threw has raised itself since its order was taken', () => {
    const queue = new RaisedQueue();
    raise(queue, door, knock, 'before');
    raise(queue, door, knock, 'runs');
    raise(queue, door, knock, 'waits');
    expect([taken(queue), taken(queue)]).to.deep.equal(['before', 'runs']);
    raise(queue, door, knock, 'its own');
    runAs(door, () => put(queue, 'of a socket'), knock);
    raise(queue, door, open, 'of another sparkle');
    raise(queue, other, knock, 'of another Tonic');
    raise(queue, door, knock, 'its own, too');
    expect(drop(queue, door, knock)).to.deep.equal(['its own', 'its own, too']);
    expect(rest(queue)).to.deep.equal(['waits', 'of a socket', 'of another sparkle', 'of another Tonic']);
  });

  it('drops what an order of the queue has raised, and what a hook has, since that began', () => {
    const queue = new RaisedQueue();
    queue.take(order);
    raise(queue, door, knock, 1);
    const { mark } = queue;
    raise(queue, door, knock, 2);
    expect(drop(queue, door, knock, mark)).to.deep.equal([2]);
    expect(drop(queue, door, knock)).to.deep.equal([1]);
    expect([queue.size, taken(queue)]).to.deep.equal([0, 'none']);
    put(queue, 3);
    expect(taken(queue)).to.equal(3);
  });

  it('keeps nothing alive that it gave', async () => {
    const queue = new RaisedQueue();
    const refs: WeakRef<object>[] = [];
    const fill = (length: number): void => {
      for (let n = 0; n < length; n++) {
        const [tonic, data] = [{ name: 'short' } as AnyTonic, Buffer.alloc(10)];
        refs.push(new WeakRef<object>(tonic), new WeakRef<object>(data));
        runAs(tonic, () => queue.put(tonic, knock, 1, data, undefined, 0, true), knock);
      }
      while (queue.take(order));
    };
    for (const length of [1, 3, 700]) fill(length);
    order.tonic = order.source = order.a = undefined;
    expect(await stillHeld(refs)).to.be.at.most(2);
  });

  it('keeps no argument alive of what it gave while others wait', async () => {
    const queue = new RaisedQueue();
    const refs: WeakRef<object>[] = [];
    const fill = (): void => {
      for (let n = 0; n < 100; n++) {
        const data = Buffer.alloc(10);
        refs.push(new WeakRef<object>(data));
        put(queue, data);
      }
    };
    fill();
    for (let n = 0; n < 60; n++) queue.take(order);
    order.a = undefined;
    expect(await stillHeld(refs)).to.equal(40);
    expect(queue.size).to.equal(40);
  });
});
