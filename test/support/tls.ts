import type { Duplex } from 'node:stream';
import { type SecureContextOptions, type TLSSocket, connect, createSecureContext } from 'node:tls';
import { TcpClient, type TcpClientOptions, type TcpServerOptions } from '../../src/index.js';
import { Authority } from './certificates.js';
import { Recorder } from './event-recorder.js';
import type { MoreOnPort, ToPort } from './on-port.js';
import { connectTo } from './peers.js';
import { type NetApp, type ServerApp, serve, startNet } from './net-app.js';

/** What most tests trust: made once, with the certificate of a server that it has signed. */
export const authority = new Authority();
export const own = authority.issue({ name: 'server of a test' });

type ServerTls = NonNullable<TcpServerOptions['tls']>;
type ClientTls = Exclude<NonNullable<TcpClientOptions['tls']>, boolean>;

/** A server that speaks TLS, whose connections write down what they hear. */
export async function serveTls(
  tls: ServerTls = own,
  options: Omit<MoreOnPort, 'tls'> = {},
  make: () => Recorder = () => new Recorder(),
): Promise<ServerApp<Recorder>> {
  return serve(make, { tls, ...options });
}

/** A client of it, alone in its app. */
export async function connectTls(
  port: number,
  tls: ClientTls | false = {},
  options: Partial<ToPort> = {},
): Promise<TlsClient> {
  let client!: TcpClient;
  const own = tls === false ? {} : { tls: { ca: authority.cert, ...tls } };
  const app = await startNet(() => {
    client = new TcpClient({ host: '127.0.0.1', port, retries: 0, ...own, ...options });
  });
  return { app, client };
}

export interface TlsClient {
  readonly app: NetApp;
  readonly client: TcpClient;
}

/** The first error that a client hears. */
export async function errorOf({ app }: TlsClient): Promise<{ readonly code: string; readonly message: string }> {
  const [, error] = await app.heard.on('onError');
  return error as { code: string; message: string };
}

/** A client of Node's, and the socket below it: which can end without a word under TLS. */
export interface TlsPeer {
  readonly socket: TLSSocket;
  readonly below: Duplex;
}

/** For tests on real sockets. */
export async function tlsPeer(port: number, options: SecureContextOptions = {}): Promise<TlsPeer> {
  const { socket: below } = await connectTo(port);
  const secureContext = createSecureContext({ ca: authority.cert, ...options });
  const socket = connect({ socket: below, secureContext, servername: 'localhost' });
  await new Promise<void>((resolve, reject) => socket.on('secureConnect', resolve).on('error', reject));
  return { socket, below };
}
