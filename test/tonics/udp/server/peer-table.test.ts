import { expect } from 'chai';
import { Peer, PeerTable } from '../../../doors/tonics.js';

const peer = (address: string, port: number): Peer => new Peer(undefined as never, { address, port }, false);

describe('a table of peers', () => {
  it('finds each by address and port, also where several have one port', () => {
    const table = new PeerTable();
    const peers = [peer('10.0.0.1', 1), peer('10.0.0.1', 2), peer('10.0.0.2', 1), peer('::1', 1)];
    for (const each of peers) table.add(each);
    for (const each of peers) expect(table.find({ ...each.remote })).to.equal(each);
    for (const other of [peer('10.0.0.2', 2), peer('10.0.0.3', 1), peer('10.0.0.1', 3)])
      expect(table.find(other.remote)).to.equal(undefined);
    for (const each of peers) {
      table.remove(each);
      expect(table.find(each.remote)).to.equal(undefined);
    }
  });

  it('keeps who has the address by now where one before is removed', () => {
    for (const others of [[], [peer('10.0.0.2', 1), peer('10.0.0.3', 1)]]) {
      const table = new PeerTable();
      const [before, now] = [peer('10.0.0.1', 1), peer('10.0.0.1', 1)];
      for (const other of others) table.add(other);
      table.add(before);
      table.remove(before);
      table.add(now);
      table.remove(before);
      expect(table.find(now.remote)).to.equal(now);
    }
  });
});
