import { expect } from 'chai';
import fc from 'fast-check';
import { LogBacklog } from '../doors/log.js';

const note = (dropped: number): string => `(${dropped})\n`;

const filled = (most: number, ...lines: string[]): LogBacklog => {
  const backlog = new LogBacklog(most, note);
  for (const line of lines) backlog.push(line);
  return backlog;
};

describe('the backlog of a log', () => {
  it('gives lines in the order they came, as many as fit, but one at least', () => {
    const backlog = filled(100, 'aaaa\n', 'bbbb\n', 'cccc\n', 'long long line\n');
    expect(backlog.take(10)).to.equal('aaaa\nbbbb\n');
    expect(backlog.take(3)).to.equal('cccc\n');
    expect(backlog.take(3)).to.equal('long long line\n');
    expect(backlog.take(3)).to.equal('');
    expect(backlog.isEmpty).to.equal(true);
  });

  it('drops the oldest beyond its bound, and has a note in their place', () => {
    const backlog = filled(10, 'aaaa\n', 'bbbb\n', 'cccc\n', 'dddd\n');
    expect(backlog.lines).to.equal(4);
    expect(backlog.take(100)).to.equal('(2)\ncccc\ndddd\n');
  });

  it('drops a line that is longer than the bound, and tells that one is missing', () => {
    const backlog = filled(10, 'a'.repeat(20));
    expect(backlog.isEmpty).to.equal(false);
    expect(backlog.take(100)).to.equal('(1)\n');
    expect(backlog.isEmpty).to.equal(true);
  });

  it('counts bytes, not characters', () => {
    expect(filled(5, 'éé\n', 'b\n').take(100)).to.equal('(1)\nb\n');
  });

  it('keeps what is in flight until it has left, and has it wait again when the connection is lost', () => {
    const backlog = filled(100, 'aaaa\n', 'bbbb\n', 'cccc\n', 'dddd\n');
    backlog.take(15);
    backlog.left(9); // of the second line a byte has left: the whole line is to come again
    backlog.takeBack();
    expect(backlog.take(100)).to.equal('bbbb\ncccc\ndddd\n');
    backlog.left(0);
    backlog.takeBack();
    expect(backlog.lines).to.equal(0);
  });

  it('does not forget how many a note stood for that did not arrive', () => {
    const backlog = filled(10, 'aaaa\n', 'bbbb\n', 'cccc\n', 'dddd\n');
    expect(backlog.take(100)).to.equal('(2)\ncccc\ndddd\n');
    backlog.takeBack(); // note and lines are more than the bound
    backlog.push('eeee\n');
    expect(backlog.lines).to.equal(5);
    expect(backlog.take(100)).to.equal('(3)\ndddd\neeee\n');
  });

  it('whatever comes in whatever order, holds no more than its bound and accounts for every line', () => {
    const step = fc.oneof(
      fc.record({ push: fc.integer({ min: 0, max: 30 }) }),
      fc.record({ take: fc.integer({ min: 0, max: 60 }) }),
      fc.record({ left: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.constant({ takeBack: true }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const backlog = new LogBacklog(100, note);
        let pushed = 0;
        let arrived = 0;
        let flight = '';
        const arrive = (text: string): void => {
          for (const line of text.split('\n').slice(0, -1))
            arrived += line.startsWith('(') ? Number(line.slice(1, -1)) : 1;
        };
        const settle = (unsent: number): void => {
          // What has wholly left is what is not kept: from the end of a line on.
          const kept = flight.length - unsent;
          const whole = flight.lastIndexOf('\n', kept - 1) + 1;
          arrive(flight.slice(0, kept > 0 ? whole : 0));
          flight = flight.slice(kept > 0 ? whole : 0);
          backlog.left(unsent);
        };
        for (const one of steps) {
          if ('push' in one) {
            backlog.push(`${'x'.repeat(one.push)}\n`);
            pushed++;
          } else if ('take' in one) flight += backlog.take(one.take);
          else if ('left' in one) settle(Math.floor(flight.length * one.left));
          else {
            backlog.takeBack();
            flight = '';
          }
          expect(backlog.lines + arrived).to.equal(pushed);
        }
      }),
    );
  });

  it('costs a place in a list for each line, however many have come', () => {
    const backlog = filled(1_000_000);
    for (let n = 0; n < 200_000; n++) {
      backlog.push(`${n}\n`);
      if (n % 3 !== 0) backlog.left((backlog.take(1), 0));
    }
    expect(backlog.lines).to.be.within(60_000, 70_000);
  });
});
