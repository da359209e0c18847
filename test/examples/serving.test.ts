import { expect } from 'chai';
import { type ServingValues, servings } from '../../examples/shared/serving.js';

const DEFAULTS = { host: '127.0.0.1', port: 7007, handshakeTimeout: 2_000 };
const placesOf = (values: ServingValues, more = {}) => servings(values, { ...DEFAULTS, ...more });

describe('where an example serves, and how', () => {
  it('is its own port where nothing is said', () => {
    expect(placesOf({})).to.deep.equal([{ host: '127.0.0.1', port: 7007 }]);
  });

  it('is the path alone with --unix, and both with --port', () => {
    expect(placesOf({ unix: '/run/a' })).to.deep.equal([{ path: '/run/a' }]);
    expect(placesOf({ unix: '/run/a', port: '0' })).to.deep.equal([{ host: '127.0.0.1', port: 0 }, { path: '/run/a' }]);
  });

  it('is TLS with a certificate, everywhere, as the server wants it', () => {
    const places = placesOf({ unix: '/run/a', port: '1', cert: 'c', key: 'k' }, { tls: { mode: 'either' } });
    const tls = { mode: 'either', certFile: 'c', keyFile: 'k' };
    expect(places.map((place) => place.tls)).to.deep.equal([tls, tls]);
    expect(places.map(({ handshakeTimeout }) => handshakeTimeout)).to.deep.equal([2_000, 2_000]);
  });

  it('asks for certificates of clients with --ca', () => {
    expect(placesOf({ cert: 'c', key: 'k', ca: 'a' })[0]!.tls).to.deep.equal({
      certFile: 'c',
      keyFile: 'k',
      caFile: 'a',
    });
  });

  it('believes the proxies that are named', () => {
    const [place] = placesOf({ 'proxy-protocol': ['10.0.0.0/8', 'unix'] });
    expect(place!.proxyProtocol).to.deep.equal({ trusted: ['10.0.0.0/8', 'unix'] });
  });

  for (const [values, text] of [
    [{ cert: 'c' }, '--cert and --key belong together'],
    [{ key: 'k' }, '--cert and --key belong together'],
    [{ ca: 'a' }, '--ca needs --cert and --key'],
    [{ port: '65536' }, '--port 65536: give a number from 0 to 65535'],
    [{ port: '' }, '--port : give a number from 0 to 65535'],
  ] as const)
    it(`is refused in words: ${text}`, () => {
      expect(() => placesOf(values)).to.throw(text);
    });
});
