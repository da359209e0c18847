import { expect } from 'chai';
import { type AnyTonic, Tonic } from '../../src/index.js';
import { type Batch, Progress, Receiver, type ReceiverHost } from '../doors/links.js';
import { Sides } from './support/sides.js';
import { type App, startApp } from '../support/app.js';

class Target extends Tonic {
  readonly heard: unknown[] = [];
  ttsc__hear(...args: unknown[]): void {
    this.heard.push(...args);
  }
}

/** The place of a receiver: one Tonic, with number 1, and nobody else. */
class Place extends Sides implements ReceiverHost {
  undelivered = 0;
  readonly progress = new Progress();
  readonly calledBack: unknown[] = [];
  readonly lost: number[] = [];
  done = 0;

  constructor(
    readonly target: Target,
    readonly queue: { readonly size: number },
  ) {
    super();
  }
  tonicWith(serial: number): AnyTonic | undefined {
    return serial === 1 ? this.target : undefined;
  }
  source(): undefined {
    return undefined;
  }
  callBack(serial: number, args: unknown[]): void {
    this.calledBack.push(serial, ...args);
  }
  takeBefore(): void {}
  takeAfter(): void {}
  missing(count: number): void {
    this.lost.push(count);
  }
  carriedOut(total: number): void {
    this.done = total;
  }
}

describe('a receiver', () => {
  let app: App;
  let place: Place;
  let receiver: Receiver;
  let named = false;

  /** Orders with these numbers as their arguments, the first of them with the sequence number `first`. */
  function batch(first: number, args: unknown[], { epoch = 1, asks = false, target = 1 } = {}): Batch {
    const heads = args.flatMap(() => [target, 0, 0, -1, 2]);
    const notes = named ? undefined : { names: ['ttsc__hear'] };
    named = true;
    return notes === undefined ? [epoch, first, 0, asks, heads, args] : [epoch, first, 0, asks, heads, args, notes];
  }
  const heard = async (): Promise<unknown[]> => {
    await app.settled();
    return place.target.heard.splice(0);
  };

  beforeEach(async () => {
    let target!: Target;
    app = await startApp(() => (target = new Target()));
    place = new Place(target, app.main.queue);
    receiver = new Receiver(place);
    named = false;
  });
  afterEach(async () => app.finish());

  it('queues orders in their order, and each once', async () => {
    receiver.take(batch(0, ['a', 'b']));
    receiver.take(batch(2, ['c']));
    expect(place.target.heard).to.deep.equal([]);
    expect(await heard()).to.deep.equal(['a', 'b', 'c']);
  });

  it('takes nothing twice that comes again', async () => {
    receiver.take(batch(0, ['a', 'b', 'c']));
    receiver.take(batch(0, ['a', 'b', 'c']));
    receiver.take(batch(1, ['b', 'c', 'd', 'e']));
    expect(await heard()).to.deep.equal(['a', 'b', 'c', 'd', 'e']);
    expect(place.lost).to.deep.equal([]);
  });

  it('tells how many are missing, and goes on', async () => {
    receiver.take(batch(0, ['a']));
    receiver.take(batch(4, ['e']));
    expect(place.lost).to.deep.equal([3]);
    expect(await heard()).to.deep.equal(['a', 'e']);
  });

  it('begins anew with a new life of the sender, and takes nothing more of the one before', async () => {
    receiver.take(batch(0, ['a', 'b']));
    named = false;
    receiver.take(batch(0, ['A'], { epoch: 2 }));
    receiver.take(batch(2, ['c'], { epoch: 1 }));
    expect(await heard()).to.deep.equal(['a', 'b', 'A']);
    expect(place.lost).to.deep.equal([]);
  });

  it('tells the sender once, where it asks, that all of a batch has been carried out', () => {
    receiver.take(batch(0, ['a', 'b'], { asks: true, target: 7 }));
    expect([place.undelivered, place.done]).to.deep.equal([2, 2]);
    expect([receiver.owesAnswer(), receiver.owesAnswer()]).to.deep.equal([true, false]);
    receiver.take(batch(2, ['c'], { asks: true }));
    expect(receiver.owesAnswer(), 'before it has run').to.equal(false);
    place.progress.ran();
    expect(receiver.owesAnswer()).to.equal(true);
    expect(receiver.done).to.equal(3);
  });

  it('has callbacks called by their numbers', () => {
    receiver.take(batch(0, ['x'], { target: -5 }));
    expect(place.calledBack).to.deep.equal([5, 'x']);
  });
});
