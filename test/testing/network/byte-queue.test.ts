import { expect } from 'chai';
import fc from 'fast-check';
import { ByteQueue } from '../../doors/testing.js';

describe('a queue of bytes', () => {
  it('gives in pieces of any size what was put in in pieces of any size', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 10 })),
        fc.array(fc.integer({ min: 1, max: 15 })),
        (parts, sizes) => {
          const queue = new ByteQueue();
          for (const part of parts) queue.put(Buffer.from(part));
          const all = Buffer.concat(parts);
          let at = 0;
          for (const size of sizes) {
            const taken = queue.take(size);
            expect(taken).to.deep.equal(all.subarray(at, at + size));
            at += taken.length;
            expect(queue.size).to.equal(all.length - at);
          }
        },
      ),
    );
  });
});
