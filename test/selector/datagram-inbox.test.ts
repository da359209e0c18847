import { expect } from 'chai';
import { DatagramInbox } from '../../src/selector/datagram-inbox.js';

const from = { address: '10.0.0.1', port: 9, family: 'IPv4' } as const;

describe('the datagrams that wait to be taken', () => {
  it('come in their order; the inbox drops and counts what does not fit', () => {
    const inbox = new DatagramInbox(3);
    const taken = ['a', 'b', 'c', 'd', 'e'].map((text) => inbox.put(Buffer.from(text), from));
    expect(taken).to.deep.equal([true, true, true, false, false]);
    expect(inbox.dropped).to.equal(2);
    expect([1, 2, 3, 4].map(() => inbox.take()?.bytes.toString())).to.deep.equal(['a', 'b', 'c', undefined]);
    expect(inbox.put(Buffer.from('f'), from)).to.equal(true);
  });
});
