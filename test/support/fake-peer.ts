import { TcpServer, type TcpServerOptions } from '../../src/tonics/tcp-server.js';
import type { TcpConnection } from '../../src/tonics/tcp-connection.js';
import { FakeNetwork, type FakeStream } from './fake-network.js';
import { ManualClock } from './manual-clock.js';
import { type Ear, type NetApp, startNet } from './net-app.js';

/** A server with one peer, whose every byte is the test's. */
export interface WithPeer {
  readonly app: NetApp;
  readonly stream: FakeStream;
  readonly clock: ManualClock;
}

/** Starts a server, and a peer that is connected to it. */
export async function startWithPeer(
  protocol: (() => TcpConnection<any>) | undefined,
  options: Partial<TcpServerOptions> = {},
  begin = (_ear: Ear): void => {},
): Promise<WithPeer> {
  const network = new FakeNetwork();
  const clock = new ManualClock();
  const app = await startNet(
    (ear) => {
      begin(ear);
      new TcpServer({ port: 9, ...(protocol === undefined ? {} : { protocol }), ...options });
    },
    { options: { network }, clock },
  );
  const listener = await network.listener();
  listener.listens();
  const stream = network.peer();
  listener.accepts(stream);
  await clock.settled();
  return { app, stream, clock };
}
