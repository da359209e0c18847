import { expect } from 'chai';
import { Progress } from '../doors/links.js';

/** Who sends, and how many of its orders were carried out. */
class Sending {
  done = 0;
  carriedOut(count: number): void {
    this.done += count;
  }
}

describe('the progress of orders from other places', () => {
  let progress: Progress;
  let [one, two] = [new Sending(), new Sending()];
  const done = (): number[] => [one.done, two.done];
  const ran = (count: number): void => {
    for (let n = 0; n < count; n++) progress.ran();
  };
  beforeEach(() => {
    progress = new Progress();
    [one, two] = [new Sending(), new Sending()];
  });

  it('counts them as they run, in the order in which they were queued', () => {
    progress.queued(one, 2, 1);
    progress.queued(two, 1, 1);
    progress.queued(one, 1, 1);
    const seen = [0, 1, 2, 3].map(() => {
      ran(1);
      return done();
    });
    expect(seen).to.deep.equal([[1, 0], [2, 0], [2, 1], [3, 1]]); // prettier-ignore
  });

  it('takes one that reached nobody for done, once those before it are', () => {
    progress.queued(one, 1, 0);
    expect(done()).to.deep.equal([1, 0]);
    progress.queued(one, 1, 1);
    progress.queued(one, 3, 0);
    progress.queued(two, 2, 0);
    expect(done()).to.deep.equal([1, 0]);
    ran(1);
    expect(done()).to.deep.equal([5, 2]);
  });

  it('takes one that became several orders for done with the last of them', () => {
    progress.queued(one, 2, 3);
    progress.queued(two, 1, 1);
    ran(2);
    expect(done()).to.deep.equal([0, 0]);
    ran(1);
    expect(done()).to.deep.equal([1, 0]);
    ran(4);
    expect(done()).to.deep.equal([2, 1]);
  });

  it('goes on with those that come when all were done', () => {
    progress.queued(one, 1, 1);
    ran(1);
    progress.queued(two, 1, 1);
    ran(1);
    expect(done()).to.deep.equal([1, 1]);
  });
});
