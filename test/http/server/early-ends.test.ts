import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { get, saysPath, serveHttp, statusesIn } from '../../support/http-app.js';
import { tidyUp } from '../../support/net-app.js';
import { onRealSockets } from '../../support/stage.js';

const PEERS = 100;

describe('peers that ask as soon as they are connected, and end their side', () => {
  onRealSockets('a turn may hear of a connection, its requests and its end together');
  afterEach(tidyUp);

  it('have all their answers, and each request is counted as answered', async () => {
    const { port, server } = await serveHttp({ handler: saysPath });
    const asks = Array.from({ length: PEERS }, async (_, n) => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.end(get(`/${n}`).repeat(3));
      return statusesIn(await text(socket));
    });
    expect(await Promise.all(asks)).to.deep.equal(asks.map(() => [200, 200, 200]));
    const { received, aborted, underWay } = server.requests;
    expect({ received, aborted, underWay }).to.deep.equal({ received: 3 * PEERS, aborted: 0, underWay: 0 });
  });
});
