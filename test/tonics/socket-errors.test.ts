import { expect } from 'chai';
import { fail } from '../doors/core.js';
import { showAddress, socketError } from '../doors/tonics.js';
import { systemError } from '../support/fake-network.js';

describe('the error of a socket', () => {
  const table: Record<string, string> = {
    EADDRINUSE: 'TT_ADDRESS_IN_USE',
    EADDRNOTAVAIL: 'TT_ADDRESS_NOT_AVAILABLE',
    EACCES: 'TT_PERMISSION_DENIED',
    EPERM: 'TT_PERMISSION_DENIED',
    ECONNREFUSED: 'TT_CONNECTION_REFUSED',
    EHOSTUNREACH: 'TT_UNREACHABLE',
    ENETUNREACH: 'TT_UNREACHABLE',
    EHOSTDOWN: 'TT_UNREACHABLE',
    ENETDOWN: 'TT_UNREACHABLE',
    ENOTFOUND: 'TT_NO_SUCH_HOST',
    EAI_AGAIN: 'TT_NO_SUCH_HOST',
    EAI_FAIL: 'TT_NO_SUCH_HOST',
    ENODATA: 'TT_NO_SUCH_HOST',
    ETIMEDOUT: 'TT_TIMED_OUT',
    ECONNRESET: 'TT_PEER_RESET',
    EPIPE: 'TT_PEER_RESET',
    ECONNABORTED: 'TT_PEER_RESET',
    EMFILE: 'TT_OUT_OF_DESCRIPTORS',
    ENFILE: 'TT_OUT_OF_DESCRIPTORS',
    EMSGSIZE: 'TT_DATAGRAM_TOO_LARGE',
    EWHATEVER: 'TT_SOCKET_ERROR',
  };
  for (const [code, ours] of Object.entries(table)) {
    it(`${code} is ${ours}, with the address and the system's own error`, () => {
      const cause = systemError(code);
      const error = socketError(cause, '10.0.0.1:7');
      expect(error.code).to.equal(ours);
      expect(error.cause).to.equal(cause);
      expect(error.details).to.deep.include({ address: '10.0.0.1:7', code });
      expect(error.message, 'a whole sentence').to.not.match(/[{}]|undefined/);
    });
  }

  it("names the end that the system's own error is about", () => {
    const at = (more: object) =>
      socketError(Object.assign(systemError('EADDRNOTAVAIL'), more), 'server:7').details['address'];
    expect(at({ syscall: 'connect', address: '10.0.0.1', port: 8 })).to.equal('10.0.0.1:8');
    expect(at({ syscall: 'connect', address: '::1', port: 8 })).to.equal('[::1]:8');
    expect(at({ syscall: 'bind', address: '203.0.113.9', port: 21_816 })).to.equal('203.0.113.9:21816');
    expect(at({ syscall: 'bind', address: '203.0.113.9' }), 'any port').to.equal('203.0.113.9:0');
    expect(at({ syscall: 'read' })).to.equal('server:7');
  });

  it('that there is no own address or port to connect from is not taken for one about the address of the server', () => {
    const error = Object.assign(systemError('EADDRNOTAVAIL'), { syscall: 'connect', address: '::1', port: 7 });
    expect(socketError(error, 'server:7')).to.include({ code: 'TT_NO_LOCAL_END' });
    expect(socketError(error, 'server:7').message).to.include('to connect to [::1]:7');
  });

  it('of several addresses tells all of them, a line each', () => {
    const all = new AggregateError([
      Object.assign(systemError('ENETUNREACH'), { address: '::1', port: 7 }),
      Object.assign(systemError('ECONNREFUSED'), { address: '127.0.0.1', port: 7 }),
    ]);
    const error = socketError(all, 'localhost:7');
    expect(error.code).to.equal('TT_CANNOT_CONNECT');
    expect(error.details).to.include({ address: 'localhost:7' });
    expect(error.cause).to.equal(all);
    const [, first, second, ...more] = error.message.split('\n');
    expect([first, second, more]).to.deep.equal([
      '- [::1]:7 cannot be reached: check the network, its routes and firewalls.',
      '- Nothing listens at 127.0.0.1:7: start the server, or correct its address.',
      [],
    ]);
  });

  it('of several addresses is one where all say the same', () => {
    const all = new AggregateError([systemError('ECONNREFUSED'), systemError('ECONNREFUSED')]);
    expect(socketError(all, 'localhost:7').code).to.equal('TT_CONNECTION_REFUSED');
  });

  it('that is a TaskTonicError already stays as it is', () => {
    const ours = fail('TT_SEND_REFUSED', { bytes: 1, why: 'x' });
    expect(socketError(ours, 'x')).to.equal(ours);
  });
});

describe('an address', () => {
  it('is shown as people write it', () => {
    expect(showAddress('127.0.0.1', 7)).to.equal('127.0.0.1:7');
    expect(showAddress('::1', 7)).to.equal('[::1]:7');
    expect(showAddress(undefined, 7)).to.equal('*:7');
    expect(showAddress('h', undefined)).to.equal('h:?');
  });
});
