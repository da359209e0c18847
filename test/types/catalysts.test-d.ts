// Checked by `tsc -p tsconfig.json`, never run: what the compiler must refuse stands under @ts-expect-error, and all else
// must pass.
import { TcpConnection, TcpServer, UdpServer, UdpSession, serve } from '../../src/index.js';
import { HttpServer } from '../../src/http/index.js';

/** On how many threads a server runs. */
export async function servers(): Promise<void> {
  const protocol = TcpConnection;
  new TcpServer({ port: 0, protocol, catalysts: 'all' });
  new TcpServer({ port: 0, protocol, catalysts: 4 });
  new HttpServer({ port: 0, catalysts: 'all' });
  await serve({ port: 0, protocol, catalysts: 'all' });
  // @ts-expect-error: no such word
  new TcpServer({ port: 0, protocol, catalysts: 'every' });
  // @ts-expect-error: a number is no text
  new TcpServer({ port: 0, protocol, catalysts: '4' });
  // @ts-expect-error: how many is said, or all
  new TcpServer({ port: 0, protocol, catalysts: true });
  new UdpServer({ port: 0, protocol: UdpSession, catalysts: 'all' });
  new UdpServer({ port: 0, protocol: UdpSession, catalysts: 2 });
  // @ts-expect-error: no such word
  new UdpServer({ port: 0, protocol: UdpSession, catalysts: 'every' });
  // @ts-expect-error: a class of connections has no sessions
  new UdpServer({ port: 0, protocol: TcpConnection, catalysts: 2 });
}
