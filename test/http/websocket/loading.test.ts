import { expect } from 'chai';
import { loadWs } from '../../doors/http.js';
import { expectThrow } from '../../support/errors.js';

describe('The package ws', () => {
  it('is asked for by name where it is missing, and by what needs it', () => {
    const error = expectThrow(
      () => loadWs('"webSockets" of HttpServer', 'file:///nowhere/at-all.js'),
      'TT_NEEDS_PACKAGE',
    );
    expect(error.message).to.contain('"webSockets" of HttpServer needs the package ws');
    expect(error.message).to.contain('npm install ws');
  });

  it('is loaded once', () => {
    expect(loadWs('a test')).to.equal(loadWs('a test'));
  });
});
