import { expect } from 'chai';
import { dialOrder } from '../../../doors/tonics.js';

describe('the order in which addresses are tried', () => {
  it('has the families take turns, and begins with that of the first one', () => {
    expect(dialOrder(['::1', '::2', '::3', '10.0.0.1', '10.0.0.2'])).to.deep.equal([
      '::1',
      '10.0.0.1',
      '::2',
      '10.0.0.2',
      '::3',
    ]);
    expect(dialOrder(['10.0.0.1', '::1', '::2', '::3'])).to.deep.equal(['10.0.0.1', '::1', '::2', '::3']);
  });
  it('keeps the order of the system within a family', () => {
    expect(dialOrder(['10.0.0.3', '10.0.0.1', '10.0.0.2'])).to.deep.equal(['10.0.0.3', '10.0.0.1', '10.0.0.2']);
  });
  it('has an address once', () => {
    expect(dialOrder(['10.0.0.1', '::1', '10.0.0.1', '::1'])).to.deep.equal(['10.0.0.1', '::1']);
  });
  it('knows an address with a zone for one of IPv6', () => {
    expect(dialOrder(['fe80::1%lo', 'fe80::2%lo', '10.0.0.1'])).to.deep.equal(['fe80::1%lo', '10.0.0.1', 'fe80::2%lo']);
  });
});
