import { type SelectorCatalystOptions, type TcpConnection, TcpServer } from '../../src/index.js';
import { FakeNetwork, type FakeStream } from './fake-network.js';
import { VirtualBench } from './bench.js';
import { type Ear, type NetApp, startNet } from './net-app.js';
import type { MoreOnPort } from './on-port.js';

/** A server with one peer, whose every byte is the test's. */
export interface WithPeer<P> {
  readonly app: NetApp;
  readonly stream: FakeStream;
  readonly clock: VirtualBench;
  /** What the server made for the peer. */
  readonly connection: P;
}

/** What is beside the server. */
export interface Beside {
  readonly catalyst?: SelectorCatalystOptions;
  readonly begin?: (ear: Ear) => void;
}

/** Starts a server, and a peer that is connected to it. */
export async function startWithPeer<P extends TcpConnection<any>>(
  make: () => P,
  options: MoreOnPort = {},
  { catalyst = {}, begin = () => {} }: Beside = {},
): Promise<WithPeer<P>> {
  const network = new FakeNetwork();
  const clock = new VirtualBench();
  let connection!: P;
  const app = await startNet(
    (ear) => {
      begin(ear);
      new TcpServer({ port: 9, protocol: () => (connection = make()), ...options });
    },
    { options: { ...catalyst, network }, bench: clock },
  );
  const listener = await network.listener();
  listener.listens();
  const stream = network.peer();
  listener.accepts(stream);
  await clock.settled();
  return { app, stream, clock, connection };
}
