import { expect } from 'chai';
import { ipBytes, ipText } from '../doors/selector.js';

describe('the bytes of an IP address', () => {
  for (const [text, hex] of Object.entries({
    '192.0.2.1': 'c0000201',
    '::': '00000000000000000000000000000000',
    '::1': '00000000000000000000000000000001',
    '2001:db8::': '20010db8000000000000000000000000',
    '1:2:3:4:5:6:7:8': '00010002000300040005000600070008',
    '1::4:0:0:7:8': '00010000000000040000000000070008',
    '2001:db8:0:1:1:1:1:1': '20010db8000000010001000100010001',
    '1:0:0:4::8': '00010000000000040000000000000008',
    '::ffff:192.0.2.1': '00000000000000000000ffffc0000201',
  }))
    it(`are those of ${text}, and make it again`, () => {
      expect(ipBytes(text)!.toString('hex')).to.equal(hex);
      expect(ipText(Buffer.from(hex, 'hex'))).to.equal(text);
    });

  it('are the same however it is written', () => {
    expect(ipBytes('::FFFF:C000:0201')).to.deep.equal(ipBytes('::ffff:192.0.2.1'));
    expect(ipBytes('fe80::1%eth0')).to.deep.equal(ipBytes('fe80:0:0:0:0:0:0:1'));
  });

  it('are undefined for a text that is not an address', () => {
    expect([ipBytes('example.org'), ipBytes(''), ipBytes('1.2.3')]).to.deep.equal([undefined, undefined, undefined]);
  });
});
