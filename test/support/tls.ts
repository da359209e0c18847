import { TcpClient, type TcpClientOptions, type TcpServerOptions } from '../../src/index.js';
import { Authority } from './certificates.js';
import { Recorder } from './ear.js';
import type { MoreOnPort, ToPort } from './on-port.js';
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
