import { expect } from 'chai';
import type { RequestKey } from '../../../../../src/index.js';
import { type Pending, Requests } from '../../../../doors/tonics.js';
import { expectThrow } from '../../../../support/errors.js';

/** A request that writes down what becomes of it. */
class Noted implements Pending {
  open = true;
  readonly heard: unknown[] = [];
  settle(error: Error | undefined, answer: unknown): void {
    this.heard.push(this.open ? (error?.message ?? answer) : `late ${String(answer)}`);
    this.open = false;
  }
}

interface Scene {
  readonly requests: Requests;
  readonly strays: RequestKey[];
  asks(key?: RequestKey): Noted;
}

function scene(limit = 1_000): Scene {
  const strays: RequestKey[] = [];
  const requests = new Requests({ name: 'it', limit, stray: (key) => strays.push(key) });
  return {
    requests,
    strays,
    asks(key) {
      const request = new Noted();
      requests.check(key);
      requests.add(request, key);
      return request;
    },
  };
}

describe('requests', () => {
  it('are answered in their order', () => {
    const { requests, asks } = scene();
    const [a, b] = [asks(), asks()];
    expect([requests.take('1', undefined), requests.take('2', undefined)]).to.deep.equal([true, true]);
    expect([a.heard, b.heard]).to.deep.equal([['1'], ['2']]);
    expect(requests.take('3', undefined)).to.equal(false);
  });

  it('are answered by their key, in any order, beside those without', () => {
    const { requests, asks, strays } = scene();
    const [a, x, y] = [asks(), asks('x'), asks(7)];
    requests.take('to y', 7);
    requests.take('to a', undefined);
    requests.take('to x', 'x');
    expect([a.heard, x.heard, y.heard]).to.deep.equal([['to a'], ['to x'], ['to y']]);
    expect([requests.take('again', 7), strays]).to.deep.equal([true, [7]]);
  });

  it('keep the place of one that was given up, so that its late answer is no other’s', () => {
    const { requests, asks } = scene();
    const [a, b] = [asks(), asks()];
    a.settle(new Error('given up'), undefined);
    requests.take('1', undefined);
    requests.take('2', undefined);
    expect([a.heard, b.heard]).to.deep.equal([['given up', 'late 1'], ['2']]);
  });

  it('have each a key of its own while they wait', () => {
    const { asks } = scene();
    const first = asks('x');
    expectThrow(() => asks('x'), 'TT_REQUEST_KEY');
    first.open = false;
    asks('x');
  });

  it('are bounded, with those whose answer is late', () => {
    const { requests, asks } = scene(3);
    asks().open = false;
    asks();
    asks('x');
    expectThrow(() => asks(), 'TT_ASK_FULL');
    expectThrow(() => asks('y'), 'TT_ASK_FULL');
    requests.take('1', undefined);
    asks('y');
  });

  it('forget those with a key that were given up', () => {
    const { requests, asks } = scene();
    for (let n = 0; n < 10_000; n++) asks(n).open = false;
    expect(requests.size).to.be.below(130);
  });

  it('are all told that no answer comes, but those that know', () => {
    const { requests, asks } = scene();
    const [a, b, c, d] = [asks(), asks(), asks('x'), asks()];
    requests.take('1', undefined);
    d.settle(new Error('given up'), undefined);
    expect(requests.isWaiting).to.equal(true);
    requests.lose(() => new Error('lost'));
    expect([a, b, c, d].map(({ heard }) => heard)).to.deep.equal([['1'], ['lost'], ['lost'], ['given up']]);
    expect([requests.size, requests.isWaiting, requests.take('2', undefined)]).to.deep.equal([0, false, false]);
  });

  it('keep their order over very many', () => {
    const { requests, asks } = scene();
    let before = asks();
    for (let n = 0; n < 10_000; n++) {
      const next = asks();
      requests.take(n, undefined);
      expect(before.heard).to.deep.equal([n]);
      before = next;
    }
    expect(requests.size).to.equal(1);
  });
});
