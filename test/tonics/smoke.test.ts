import { expect } from 'chai';
import { Recorder, serve, tidyUp } from '../support/net-app.js';
afterEach(tidyUp);
describe('smoke', () => {
  it('echo', async () => {
    const app = await serve(() => new Recorder());
    const { peer, connection } = await app.pair();
    peer.send('hello');
    await connection.heard.on('onData');
    expect(connection.text).to.equal('hello');
    connection.ttsc__send('yes');
    await peer.received('yes');
    const { result } = await app.over();
    expect(result.exitCode).to.equal(0);
    await peer.ended();
  });
});
