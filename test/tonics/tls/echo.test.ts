import { expect } from 'chai';
import { TcpClient, TcpConnection } from '../../../src/index.js';
import { Authority } from '../../support/certificates.js';
import { serve, startNet, tidyUp } from '../../support/net-app.js';

class Echo extends TcpConnection {
  ttse__onData(data: Buffer): void {
    this.send(data);
  }
}

describe('a server and a client that speak TLS', () => {
  afterEach(tidyUp);
  const authority = new Authority();

  it('hear what the other sends', async () => {
    const server = await serve(() => new Echo(), { tls: authority.issue() });
    let client!: TcpClient;
    const app = await startNet(() => {
      client = new TcpClient({ host: '127.0.0.1', port: server.port, tls: { ca: authority.cert } });
      client.ttsc__send('hello');
    });
    const [, data] = await app.heard.on('onData');
    expect(String(data)).to.equal('hello');
    expect(client.tls).to.include({ version: 'TLSv1.3', resumed: false });
    expect(server.connections[0]!.tls).to.include({ version: 'TLSv1.3' });
    client.ttsc__close();
    const [, info] = await app.heard.on('onDisconnected');
    expect(info.reason).to.equal('closedHere');
  });
});
