import { expect } from 'chai';
import fc from 'fast-check';
import type { StoreValue } from '../../../src/store/index.js';
import { payloadOf, valueIn } from '../../doors/store.js';

describe('a payload of MQTT', () => {
  it('is JSON where it is that, and else text', () => {
    const values = ['21.5', ' 7 ', 'true', 'null', '"on"', '{"a":[1]}', 'ON', '{"a":', '21,5', 'NaN'].map((text) =>
      valueIn(Buffer.from(text), 'json'),
    );
    expect(values).to.deep.equal([21.5, 7, true, null, 'on', { a: [1] }, 'ON', '{"a":', '21,5', 'NaN']);
  });

  it('is no value where it is empty, and no value is an empty one', () => {
    for (const form of ['json', 'text', 'bytes'] as const) {
      expect(valueIn(Buffer.alloc(0), form)).to.equal(undefined);
      expect(payloadOf(undefined, form)).to.deep.equal(Buffer.alloc(0));
    }
  });

  it('comes as bytes where it is not a text, or where bytes are asked for', () => {
    expect(valueIn(Buffer.from([0xff, 0xfe]), 'json')).to.deep.equal(Uint8Array.of(0xff, 0xfe));
    expect(valueIn(Buffer.from('21'), 'bytes')).to.deep.equal(Uint8Array.of(0x32, 0x31));
    expect(payloadOf(Uint8Array.of(1, 2), 'json')).to.deep.equal(Buffer.of(1, 2));
  });

  it('stays text where that is asked for', () => {
    expect(valueIn(Buffer.from('21'), 'text')).to.equal('21');
    expect(String(payloadOf('21', 'text'))).to.equal('21');
    expect(String(payloadOf(21, 'text'))).to.equal('21');
  });

  it('of a text is that text, unless it would be read as something else', () => {
    expect(['ON', '21', '', '"x"'].map((text) => String(payloadOf(text, 'json')))).to.deep.equal([
      'ON', '"21"', '""', '"\\"x\\""',
    ]); // prettier-ignore
  });

  it('of plain data comes back as the same', () => {
    const data = fc.jsonValue().filter((value) => !Object.is(value, -0));
    fc.assert(
      fc.property(data, (value) => {
        const back = valueIn(payloadOf(value as StoreValue, 'json'), 'json');
        expect(JSON.stringify(back)).to.equal(JSON.stringify(value));
      }),
    );
  });

  for (const [what, value] of [
    ['a Map', new Map()],
    ['a Set in an object', { a: new Set() }],
    ['a bigint', 5n],
    ['NaN', [NaN]],
    ['bytes in an object', { a: new Uint8Array(1) }],
  ] as const)
    // prettier-ignore
    it(`of JSON is refused for ${what}`, () => {
      expect(() => payloadOf(value as StoreValue, 'json')).to.throw('has no JSON');
    });

  it('of bytes is refused for a number', () => {
    expect(() => payloadOf(5, 'bytes')).to.throw('it is not binary data');
  });
});
