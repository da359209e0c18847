import { expect } from 'chai';
import { WaitingSends } from '../../../doors/tonics.js';

describe('sends that wait for a connection', () => {
  const all = (waiting: WaitingSends): unknown[] => {
    const sent: unknown[] = [];
    waiting.sendAll((data, size) => sent.push(data, size));
    return sent;
  };

  it('leave in order, each for itself, with its size', () => {
    const waiting = new WaitingSends(100);
    waiting.put('hello', 5);
    waiting.put(['a', 'b'], 2);
    expect([waiting.count, waiting.bytes]).to.deep.equal([2, 7]);
    expect(all(waiting)).to.deep.equal(['hello', 5, ['a', 'b'], 2]);
    expect([waiting.count, waiting.bytes]).to.deep.equal([0, 0]);
  });

  it('are refused beyond so many bytes, and what waits stays', () => {
    const waiting = new WaitingSends(10);
    expect(waiting.put('12345678', 8)).to.equal(undefined);
    expect(waiting.put('123', 3)).to.equal('8 bytes wait for a connection, "queueLimit" is 10');
    expect(all(waiting)).to.deep.equal(['12345678', 8]);
  });

  it('keeps no more than so many, however small', () => {
    const waiting = new WaitingSends(1_000_000);
    for (let n = 0; n < 100_000; n++) expect(waiting.put('', 0)).to.equal(undefined);
    expect(waiting.put('', 0)).to.match(/^100000 sends wait/);
  });

  it('may be added to while they leave', () => {
    const waiting = new WaitingSends(100);
    waiting.put('a', 1);
    waiting.sendAll(() => waiting.put('b', 1));
    expect(all(waiting)).to.deep.equal(['b', 1]);
  });

  it('are forgotten, and counted', () => {
    const waiting = new WaitingSends(100);
    waiting.put('abc', 3);
    expect([waiting.drop(), waiting.drop(), waiting.count]).to.deep.equal([3, 0, 0]);
  });
});
