import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { expect } from 'chai';
import { lines } from '../../../src/framing/index.js';
import { type RelayEnd, TcpClient, TcpConnection, relay } from '../../../src/index.js';
import { expectRejection } from '../../support/errors.js';
import { Recorder, type ServerApp, serve, tidyUp } from '../../support/net-app.js';
import { type PeerServer, listenOn } from '../../support/peers.js';
import { onRealSockets } from '../../support/stage.js';
import { own, tlsPeer } from '../../support/tls.js';

describe('a stream under TLS that is cut off without close_notify', () => {
  afterEach(tidyUp);
  onRealSockets('the peer is one of Node, whose socket is ended below TLS');

  /** A server, and what its peer has begun to say; then `cut` ends the socket below. */
  async function begun<C extends TcpConnection<any>>(
    make: () => C,
    options = {},
  ): Promise<{ readonly server: ServerApp<C>; readonly connection: C; readonly cut: () => void }> {
    const server = await serve(make, { tls: own, ...options });
    const { socket, below } = await tlsPeer(server.port);
    socket.write('half of i');
    return { server, connection: await server.made(), cut: () => void below.end() };
  }

  it('closes a half-open connection, too: its Tonic hears of no end that it could answer', async () => {
    const { connection, cut } = await begun(() => new Recorder(), { halfOpen: true });
    await connection.heard.on('onData');
    cut();
    const [info] = await connection.heard.on('onDisconnected');
    expect(info).to.include({ reason: 'peerEnded', truncated: true });
    expect(connection.heard.names).to.not.contain('onEnd');
  });

  it('ends a relay: the other peer sees a reset, and not an end', async () => {
    class Visitor extends Recorder {
      constructor(readonly backend: PeerServer) {
        super();
      }
      override ttse__onConnected(): void {
        relay(this, new TcpClient({ host: '127.0.0.1', port: this.backend.port, retries: 0, lingerTimeout: 50 }));
      }
      ttse__onRelayEnded(end: RelayEnd): void {
        this.heard.push('onRelayEnded', end);
      }
    }
    const backend = await listenOn('127.0.0.1', 0, true);
    const { connection, cut } = await begun(() => new Visitor(backend));
    const behind = await backend.peer();
    await behind.received('half of i'.length);
    cut();
    await behind.closed();
    expect(behind.heard.count('end')).to.equal(0);
    const [end] = (await connection.heard.on('onRelayEnded')) as [RelayEnd];
    expect(end).to.include({ toOther: 9, endedBy: connection });
  });

  it('destroys the Duplex of a connection, which has no end', async () => {
    class Streamed extends Recorder {
      stream: Duplex | undefined;
      override ttse__onConnected(): void {
        this.stream = this.toDuplex();
        this.stream.on('end', () => this.heard.push('end'));
      }
    }
    const { connection, cut } = await begun(() => new Streamed());
    const [data] = (await once(connection.stream!, 'data')) as [Buffer];
    expect(String(data)).to.equal('half of i');
    cut();
    await once(connection.stream!, 'close');
    expect(connection.heard.names).to.not.contain('end');
  });

  it('throws in a loop over its frames, behind the last whole one', async () => {
    let frames: AsyncIterableIterator<string> | undefined;
    class Lines extends TcpConnection.with({ framing: lines({ max: 100, lastWithoutEnd: true }) }) {
      override ttse__onConnected(): void {
        frames = this.frames();
      }
    }
    const server = await serve(() => new Lines(), { tls: own });
    const { socket, below } = await tlsPeer(server.port);
    socket.write('whole\nhal');
    await server.made();
    expect(await frames!.next()).to.deep.equal({ done: false, value: 'whole' });
    below.end();
    await expectRejection(frames!.next(), 'TT_STREAM_CUT');
  });
});
