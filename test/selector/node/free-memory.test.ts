import { expect } from 'chai';
import { freeMemory } from '../../doors/selector.js';

const KIB = 1024;

describe('the memory of received bytes', () => {
  it('is free at once, time and again', () => {
    for (let round = 0; round < 3; round++) {
      const bytes = Buffer.from(new ArrayBuffer(64 * KIB));
      freeMemory(bytes);
      expect([bytes.length, bytes.buffer.byteLength]).to.deep.equal([0, 0]);
    }
  });

  it('stays where others share it', () => {
    const all = new ArrayBuffer(64 * KIB);
    const [first, rest] = [Buffer.from(all, 0, 20 * KIB), Buffer.from(all, 20 * KIB)];
    freeMemory(first);
    freeMemory(rest);
    expect([first.length, rest.length]).to.deep.equal([20 * KIB, 44 * KIB]);
  });

  it('is left to a collection where there is little of it', () => {
    const bytes = Buffer.from(new ArrayBuffer(KIB));
    freeMemory(bytes);
    expect(bytes.length).to.equal(KIB);
  });
});
