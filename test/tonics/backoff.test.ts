import { expect } from 'chai';
import { backoff } from '../../src/tonics/backoff.js';

const at = (part: number, failures: number, delay = 100, cap = 1_000) =>
  backoff({ delay, cap }, failures, { next: () => part });

describe('the wait before another try', () => {
  it('is at most the delay, doubled with each failure', () => {
    expect([1, 2, 3, 4].map((failures) => at(1, failures))).to.deep.equal([100, 200, 400, 800]);
  });
  it('never goes beyond the cap, jitter and all', () => {
    expect([5, 6, 50, 5_000, 1e9].map((failures) => at(1, failures))).to.deep.equal([
      1_000, 1_000, 1_000, 1_000, 1_000,
    ]);
  });
  it('is any part of that, down to nothing', () => {
    expect([0, 0.25, 0.5].map((part) => at(part, 3))).to.deep.equal([0, 100, 200]);
  });
  it('is nothing with a delay or a cap of 0', () => {
    expect([at(1, 3, 0), at(1, 3, 100, 0)]).to.deep.equal([0, 0]);
  });
});
