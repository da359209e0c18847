import { expect } from 'chai';
import { PassedSockets, type SocketActivation } from '../../doors/selector.js';
import { expectThrow } from '../../support/errors.js';

const PID = 4711;

/** What systemd says of three sockets, the last of which takes datagrams. */
const told = (
  more: Record<string, string | undefined> = {},
  rest: Partial<SocketActivation> = {},
): SocketActivation => ({
  env: { LISTEN_FDS: '3', LISTEN_PID: `${PID}`, LISTEN_FDNAMES: 'web:admin:web', ...more },
  pid: PID,
  isMainThread: true,
  factsOf: (fd) => ({ kind: fd === 5 ? 'datagram' : 'stream' }),
  ...rest,
});

const why = (passing: SocketActivation, wanted: string | true = true): string =>
  String(expectThrow(() => new PassedSockets(passing).take(wanted, 'stream'), 'TT_NO_PASSED_SOCKET').message);

describe('sockets that systemd has passed', () => {
  it('are counted from descriptor 3 on, and are all taken with true', () => {
    expect(new PassedSockets(told()).take(true, 'stream')).to.deep.equal([3, 4]);
  });

  it('are taken by name, and by kind', () => {
    const sockets = new PassedSockets(told());
    expect(sockets.take('web', 'stream')).to.deep.equal([3]);
    expect(sockets.take('web', 'datagram')).to.deep.equal([5]);
    expect(sockets.take('admin', 'stream')).to.deep.equal([4]);
  });

  it('count as what is asked for where the system tells nothing of them', () => {
    const sockets = new PassedSockets(told({}, { factsOf: () => undefined }));
    expect(sockets.take('web', 'stream')).to.deep.equal([3, 5]);
  });

  it('are given once', () => {
    const sockets = new PassedSockets(told());
    sockets.take('web', 'stream');
    const again = expectThrow(() => sockets.take('web', 'stream'), 'TT_NO_PASSED_SOCKET');
    expect(again.message).to.contain('named "web" to this process: another Tonic of this process has it already');
    expect(sockets.take(true, 'stream')).to.deep.equal([4]);
  });

  it('are called unknown where their unit gives no name', () => {
    expect(new PassedSockets(told({ LISTEN_FDNAMES: undefined })).take('unknown', 'stream')).to.deep.equal([3, 4]);
  });

  it('of a name that there is not: the names that there are are told', () => {
    expect(why(told(), 'wb')).to.equal(
      'systemd has passed no stream socket named "wb" to this process: it has passed 3: web, admin, web.',
    );
  });

  it('are removed from the environment, so that no child takes them for its own', () => {
    const passing = told({ HOME: '/root' });
    new PassedSockets(passing).take(true, 'stream');
    expect(passing.env).to.deep.equal({ HOME: '/root' });
  });

  it('for another process are refused, and stay', () => {
    const passing = told({ LISTEN_PID: '1' });
    expect(why(passing)).to.contain('for another process (LISTEN_PID is 1, and this process 4711)');
    expect(passing.env).to.include({ LISTEN_FDS: '3', LISTEN_PID: '1' });
  });

  it('are told to be none where the process was started by hand', () => {
    expect(why(told({ LISTEN_FDS: undefined }))).to.contain('not started by a socket unit');
  });

  for (const wrong of ['0', 'x', '-1', '99999'])
    it(`are none where LISTEN_FDS is ${wrong}`, () => {
      expect(why(told({ LISTEN_FDS: wrong }))).to.contain(`LISTEN_FDS is "${wrong}"`);
    });

  it('are those of the main thread', () => {
    expect(why(told({}, { isMainThread: false }))).to.contain('only the main thread');
  });
});
