import { expect } from 'chai';
import { DatagramInbox } from '../doors/selector.js';

const from = { address: '10.0.0.1', port: 9 };

describe('the inbox of a datagram socket', () => {
  it('holds 4,096 datagrams, empty ones too; more are dropped and counted', () => {
    const inbox = new DatagramInbox();
    for (let n = 0; n < 4_096; n++) expect(inbox.put(Buffer.alloc(0), from)).to.equal(true);
    expect([inbox.put(Buffer.alloc(0), from), inbox.dropped]).to.deep.equal([false, 1]);
    inbox.take();
    expect([inbox.put(Buffer.alloc(0), from), inbox.put(Buffer.alloc(0), from)]).to.deep.equal([true, false]);
  });

  it('holds 8 MiB; more are dropped and counted, until some were taken', () => {
    const inbox = new DatagramInbox();
    const large = Buffer.alloc(65_536);
    for (let n = 0; n < 128; n++) expect(inbox.put(large, from)).to.equal(true);
    expect([inbox.put(Buffer.alloc(1), from), inbox.put(Buffer.alloc(0), from)]).to.deep.equal([false, true]);
    inbox.take();
    expect([inbox.put(large, from), inbox.put(large, from), inbox.dropped]).to.deep.equal([true, false, 2]);
    while (inbox.take() !== undefined);
    expect(inbox.put(large, from)).to.equal(true);
  });

  it('takes one in, whatever its size, where nothing waits', () => {
    const inbox = new DatagramInbox(10, 100);
    expect([inbox.put(Buffer.alloc(200), from), inbox.put(Buffer.alloc(1), from)]).to.deep.equal([true, false]);
  });

  it('drops and counts what waits where nobody will take it', () => {
    const inbox = new DatagramInbox();
    for (const text of ['a', '', 'c']) inbox.put(Buffer.from(text), from);
    inbox.take();
    inbox.drop();
    expect([inbox.dropped, inbox.take()]).to.deep.equal([2, undefined]);
  });

  it('drops and counts what comes while nobody reads, beyond 2,147,483,647 too', () => {
    const inbox = new DatagramInbox();
    inbox.reading = false;
    inbox.dropped = 2_147_483_647;
    inbox.put(Buffer.from('x'), from);
    expect([inbox.dropped, inbox.take()]).to.deep.equal([2_147_483_648, undefined]);
  });
});
