import { expect } from 'chai';
import { valueText } from '../../doors/core.js';

describe('a value in an error text', () => {
  const values: [unknown, string][] = [
    ['a text', '"a text"'],
    [1n, '1n'],
    [undefined, 'undefined'],
    [Symbol('s'), 'Symbol(s)'],
    [{ address: 1n }, '{ address: 1n }'],
    [Object.create(null), '[Object: null prototype] {}'],
    [{ toString: () => expect.fail('called'), [Symbol.toPrimitive]: undefined }, '[Function: toString]'],
  ];
  for (const [value, text] of values) {
    it(`is ${text}`, () => expect(valueText(value)).to.contain(text));
  }

  it('is cut where it is long', () => {
    expect(valueText('x'.repeat(10_000))).to.have.lengthOf.below(210);
  });

  it('is what can be said of one that cannot be read', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(valueText(proxy)).to.be.a('string');
  });
});
