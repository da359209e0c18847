import { BlockList } from 'node:net';
import { expect } from 'chai';
import { AddressList } from '../doors/tonics.js';

const of = (address: string, family?: 'IPv4' | 'IPv6' | 'UNIX') => ({ address, port: 1, family });

describe('a list of addresses', () => {
  const list = new AddressList(['192.0.2.1', '10.0.0.0/8', '2001:db8::/32', '::1']);

  it('has its addresses, and those of its nets', () => {
    for (const address of ['192.0.2.1', '10.0.0.0', '10.255.255.255', '2001:db8:ffff::1', '::1'])
      expect(list.has(of(address)), address).to.equal(true);
    for (const address of ['192.0.2.2', '11.0.0.0', '9.255.255.255', '2001:db9::', '::2'])
      expect(list.has(of(address)), address).to.equal(false);
  });

  it('has an IPv4 address however it is written', () => {
    expect(list.has(of('::ffff:10.1.2.3', 'IPv6'))).to.equal(true);
    expect(list.has(of('::ffff:11.1.2.3', 'IPv6'))).to.equal(false);
  });

  it('has an address with a zone where it has it without', () => {
    expect(new AddressList(['fe80::/10']).has(of('fe80::1%eth0', 'IPv6'))).to.equal(true);
  });

  it('has nobody without an address', () => {
    expect([list.has(undefined), list.has({ address: '', port: 0, family: 'UNIX' })]).to.deep.equal([false, false]);
  });

  it('may be a BlockList, which may change', () => {
    const rules = new BlockList();
    const live = new AddressList(rules);
    expect(live.has(of('192.0.2.1'))).to.equal(false);
    rules.addAddress('192.0.2.1');
    expect(live.has(of('192.0.2.1'))).to.equal(true);
  });
});
