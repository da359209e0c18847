import { expect } from 'chai';
import { type AnyTonic, type KeptOrder, Order, OrderQueue, Tonic } from '../../../src/index.js';
import { Plan } from '../../doors/core.js';
import { collectGarbage, stillHeld } from '../../support/memory.js';
import { expectThrow } from '../../support/errors.js';
import { onlyWithAll } from '../../support/how-many.js';

class Door extends Tonic {
  ttsc__knock(_n: number): void {}
}
const door = { name: 'door' } as AnyTonic;
const knock = Plan.of(Door).sparkle('ttsc__knock');
const finish = Plan.of(Door).sparkle('ttsc__finish');
const order = new Order();

const taken = (queue: OrderQueue): unknown => (queue.take(order) ? order.a : undefined);

describe('the queue of a Catalyst', () => {
  it('gives the orders in the order they came, over the borders of its chunks', () => {
    const queue = new OrderQueue('test');
    for (let n = 0; n < 5_000; n++) queue.put(door, knock, 1, n, undefined);
    expect(queue.size).to.equal(5_000);
    for (let n = 0; n < 5_000; n++) expect(taken(queue)).to.equal(n);
    expect(queue.isEmpty).to.equal(true);
    expect(queue.take(order)).to.equal(false);
  });

  it('keeps the order while it is filled and emptied by turns, at every length about a chunk', () => {
    for (const length of [1, 2, 511, 512, 513, 1023, 1024, 1025]) {
      const queue = new OrderQueue('test');
      let put = 0;
      let got = 0;
      for (let n = 0; n < length; n++) queue.put(door, knock, 1, put++, undefined);
      for (let n = 0; n < 2_000; n++) {
        queue.put(door, knock, 1, put++, undefined);
        expect(taken(queue)).to.equal(got++);
      }
      while (!queue.isEmpty) expect(taken(queue)).to.equal(got++);
      expect(got).to.equal(put);
    }
  });

  it('carries Tonic, sparkle and arguments', () => {
    const queue = new OrderQueue('test');
    queue.put(door, knock, 2, 'a', 'b');
    queue.take(order);
    expect(order).to.include({ tonic: door, sparkle: knock, count: 2, a: 'a', b: 'b', source: undefined, queuedAt: 0 });
    expect(order.args).to.deep.equal(['a', 'b']);
    queue.put(door, knock, 3, [1, 2, 3], undefined);
    queue.take(order);
    expect(order.args).to.deep.equal([1, 2, 3]);
    queue.put(door, knock, 0, undefined, undefined);
    queue.take(order);
    expect(order.args).to.deep.equal([]);
  });

  it('puts orders before all that wait, in their order, wherever it is in its chunks', () => {
    const kept = (n: number): KeptOrder => ({
      sparkle: knock,
      count: 1,
      a: n,
      b: 'b',
      source: door,
      sourceSparkle: finish,
      queuedAt: n,
    });
    for (let seed = 1; seed < 6; seed++) {
      const queue = new OrderQueue('test');
      const model: number[] = [];
      let next = 0;
      // Numbers that go up and down by stretches, so that it is emptied, filled, and filled from the front.
      for (let step = 0; step < 100; step++) {
        const size = ((step * seed * 7) % 13) * ((seed % 5) * 9 + 1);
        if ((step * seed) % 3 === 0)
          for (let n = 0; n < size; n++, next++) model.push(next) && queue.put(door, knock, 1, next, undefined);
        if ((step + seed) % 4 === 0) {
          const numbers = Array.from({ length: size }, () => next++);
          model.unshift(...numbers);
          queue.putFirst(door, numbers.map(kept));
        }
        for (let n = 0; n < size; n++) expect(taken(queue)).to.equal(model.shift());
        expect(queue.size).to.equal(model.length);
      }
      while (model.length > 0) expect(taken(queue)).to.equal(model.shift());
      expect(queue.take(order)).to.equal(false);
    }
  });

  it('puts orders first with all that they came with, whatever its limit', () => {
    const queue = new OrderQueue('test', 0);
    queue.putFirst(door, [
      { sparkle: knock, count: 2, a: 'a', b: 'b', source: door, sourceSparkle: finish, queuedAt: 7 },
    ]);
    queue.take(order);
    const came = {
      tonic: door,
      sparkle: knock,
      count: 2,
      a: 'a',
      b: 'b',
      source: door,
      sourceSparkle: finish,
      queuedAt: 7,
    };
    expect(order).to.include(came);
  });

  it('throws TT_QUEUE_FULL at its limit, and takes orders again when there is room', () => {
    const queue = new OrderQueue('test', 2);
    queue.put(door, knock, 0, undefined, undefined);
    queue.put(door, knock, 0, undefined, undefined);
    const error = expectThrow(() => queue.put(door, knock, 0, undefined, undefined), 'TT_QUEUE_FULL');
    expect(error.details).to.include({ count: 2, tonic: 'door', sparkle: 'ttsc__knock' });
    expect(queue.size).to.equal(2);
    queue.take(order);
    queue.put(door, knock, 0, undefined, undefined);
    expect(queue.size).to.equal(2);
  });

  it('lets orders of the life cycle pass its limit', () => {
    const queue = new OrderQueue('test', 1);
    queue.put(door, knock, 0, undefined, undefined);
    queue.put(door, finish, 0, undefined, undefined);
    expect(queue.size).to.equal(2);
  });

  it('stamps orders with the time while it has a clock', () => {
    const queue = new OrderQueue('test');
    queue.stampWith = { now: () => 42 } as never;
    queue.put(door, knock, 0, undefined, undefined);
    queue.stampWith = undefined;
    queue.put(door, knock, 0, undefined, undefined);
    queue.take(order);
    expect(order.queuedAt).to.equal(42);
    queue.take(order);
    expect(order.queuedAt).to.equal(0);
  });

  it('holds nothing of what was taken', async () => {
    const queue = new OrderQueue('test');
    const refs: WeakRef<object>[] = [];
    const fill = (): void => {
      for (let n = 0; n < 1_500; n++) {
        const [tonic, a, b] = [{ name: 'gone' }, {}, {}];
        refs.push(new WeakRef(tonic), new WeakRef(a), new WeakRef(b));
        queue.put(tonic as never, knock, 2, a, b);
      }
    };
    fill();
    const last = new Order();
    while (queue.take(last));
    last.tonic = last.a = last.b = undefined;
    expect(await stillHeld(refs)).to.equal(0);
    expect(queue.isEmpty).to.equal(true);
  });

  it('holds no argument of an order that was taken, while others of the same stretch wait', async () => {
    const queue = new OrderQueue('test');
    const refs: WeakRef<object>[] = [];
    const fill = (): void => {
      for (let n = 0; n < 100; n++) {
        const [a, b] = [{}, {}];
        refs.push(new WeakRef(a), new WeakRef(b));
        queue.put(door, knock, 2, a, b);
      }
    };
    fill();
    const last = new Order();
    for (let n = 0; n < 60; n++) queue.take(last);
    last.a = last.b = undefined;
    expect(await stillHeld(refs)).to.equal(80);
    expect(queue.size).to.equal(40);
  });

  it('wakes who waits for orders, and nobody else', () => {
    let woken = 0;
    const waker = { parked: false, wake: () => woken++ };
    const queue = new OrderQueue('test', Infinity, waker);
    queue.put(door, knock, 0, undefined, undefined);
    expect(woken).to.equal(0);
    waker.parked = true;
    queue.put(door, knock, 0, undefined, undefined);
    expect(woken).to.equal(1);
  });

  it("lets a flood's memory go when the flood has gone", function () {
    onlyWithAll(this, 'the memory of a flood');
    const queue = new OrderQueue('test');
    const before = heapUsed();
    for (let n = 0; n < 500_000; n++) queue.put(door, knock, 0, undefined, undefined);
    expect(heapUsed() - before, 'the flood was there').to.be.greaterThan(16e6);
    while (queue.take(order));
    expect(heapUsed() - before).to.be.lessThan(4e6);
    expect(queue.size).to.equal(0);
  });
});

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
