import { expect } from 'chai';
import { TcpConnection, TcpServer, Tonic, UdpSocket } from '../../../src/index.js';
import { Plan } from '../../doors/core.js';
import { expectThrow } from '../../support/errors.js';
import { startNet, tidyUp } from '../../support/net-app.js';

/** A class with these methods. */
function withMethods(base: typeof Tonic | typeof TcpConnection | typeof UdpSocket, ...names: string[]): typeof Tonic {
  const Made = class Made extends (base as typeof Tonic) {};
  for (const name of names) Object.defineProperty(Made.prototype, name, { value: function () {}, configurable: true });
  return Made as unknown as typeof Tonic;
}

const refused = (...given: Parameters<typeof withMethods>): string =>
  expectThrow(() => Plan.of(withMethods(...given)), 'TT_NEARLY_EVENT').message;

const taken = (...given: Parameters<typeof withMethods>): void => void Plan.of(withMethods(...given));

describe('a name that is nearly that of an event', () => {
  afterEach(tidyUp);

  it('is refused without its prefix, or with that of a command, and the right name is said', () => {
    for (const name of ['onData', 'ttsc__onData', 'tts__onData', '_tts__onData'])
      expect(refused(TcpConnection, name)).to.contain(`${name}, which`).and.to.contain('ttse__onData');
    expect(refused(Tonic, 'onStart')).to.contain('ttse__onStart');
    expect(refused(UdpSocket, 'ttsc__onDatagram')).to.contain('ttse__onDatagram');
  });

  it('is refused where other libraries have it for an event of this class', () => {
    expect(refused(TcpConnection, 'ttse__onMessage')).to.contain('ttse__onData');
    expect(refused(TcpConnection, 'ttse__onClose')).to.contain('ttse__onDisconnected');
    expect(refused(UdpSocket, 'ttse__onMessage')).to.contain('ttse__onDatagram');
  });

  it('is taken beside the right one, from the class itself or one that it extends', () => {
    taken(TcpConnection, 'ttse__onData', 'onData', 'ttsc__onData');
    taken(withMethods(TcpConnection, 'ttse__onData') as typeof TcpConnection, 'onData');
  });

  it('is taken where the class is told no such event', () => {
    taken(Tonic, 'onData', 'ttsc__onData', 'ttse__onMessage');
  });

  it('is taken as a helper of a usual name', () => {
    taken(TcpConnection, 'onError', 'onEnd');
  });

  it('is taken where the class lists it as an event of its own', () => {
    const Own = withMethods(TcpConnection, 'ttse__onMessage');
    Object.assign(Own, { events: ['onMessage'] });
    Plan.of(Own);
  });

  it('is told where a server is made for that protocol, and not with the first peer', async () => {
    let error: unknown;
    await startNet(() => {
      const protocol = withMethods(TcpConnection, 'onData') as unknown as new () => TcpConnection;
      error = expectThrow(() => new TcpServer({ port: 0, protocol }), 'TT_NEARLY_EVENT');
    });
    expect(error).to.be.instanceOf(Error);
  });
});
