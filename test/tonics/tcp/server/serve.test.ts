import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { expect } from 'chai';
import { serve, TcpConnection } from '../../../../src/index.js';
import { onRealSockets } from '../../../support/stage.js';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Whose server may still be on its way. */
async function connected(port: number): Promise<Socket> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return socket;
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

describe('serve()', () => {
  onRealSockets('it is a whole app, with the network of the machine');

  it('runs a server until it has finished, and tells how the app ended', async () => {
    let echo!: Echo;
    class Echo extends TcpConnection {
      ttse__onConnected(): void {
        // eslint-disable-next-line @typescript-eslint/no-this-alias
        echo = this;
      }
      ttse__onData(data: Buffer): void {
        this.send(data);
      }
    }
    const port = await freePort();
    const ended = serve({ port, host: '127.0.0.1', protocol: Echo });
    const peer = (await connected(port)).setEncoding('utf8');
    peer.write('hello');
    expect(await once(peer, 'data')).to.deep.equal(['hello']);
    (echo.base as TcpConnection).ttsc__finish();
    await once(peer, 'close');
    expect((await ended).exitCode).to.equal(0);
  });

  it('refuses what a server refuses', async () => {
    const error = await serve({ port: -1, protocol: TcpConnection }).then(undefined, (reason: unknown) => reason);
    expect(error).to.include({ code: 'TT_BAD_OPTION' });
  });
});
