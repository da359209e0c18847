import { expect } from 'chai';
import { ThreadMemory } from '../../doors/links.js';

describe('The memory that threads share', () => {
  it('gives each thread a number of its own, and 0 is the main one', () => {
    const main = new ThreadMemory(0);
    const other = new ThreadMemory(1, main.buffer);

    expect([main.newThread(), other.newThread(), main.newThread()]).to.deep.equal([1, 2, 3]);
  });

  it('has the bell of a thread heard by that one', () => {
    const main = new ThreadMemory(0);
    const one = new ThreadMemory(1, main.buffer);
    const two = new ThreadMemory(2, main.buffer);

    main.ring(1);
    two.ring(1);

    expect([main.rung, one.rung, two.rung]).to.deep.equal([0, 2, 0]);
  });

  it('tells the last question that a thread has answered, whatever its bell', () => {
    const main = new ThreadMemory(0);
    const one = new ThreadMemory(1, main.buffer);

    main.ring(1);
    one.answer(7);

    expect([main.answerOf(1), main.answerOf(0), one.rung]).to.deep.equal([7, 0, 1]);
  });

  it('knows of no answer of a new thread that has the line of an old one', () => {
    const main = new ThreadMemory(0);
    new ThreadMemory(1, main.buffer).answer(7);

    while (main.newThread() < 1_025);

    expect(main.answerOf(1_025)).to.equal(0);
  });
});
