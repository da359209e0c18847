import { expect } from 'chai';
import { backoff } from '../../../doors/tonics.js';

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
  it('is from a half of that to the whole', () => {
    expect([0, 0.5, 1].map((part) => at(part, 3))).to.deep.equal([200, 300, 400]);
  });
  it('is never nothing, and grows, with a delay of 0', () => {
    expect([1, 2, 3, 4, 11].map((failures) => at(0, failures, 0))).to.deep.equal([1, 1, 2, 4, 500]);
  });
  it('is never nothing, with a cap of 0', () => {
    expect([at(0, 1, 100, 0), at(1, 9, 100, 0)]).to.deep.equal([1, 1]);
  });
});
