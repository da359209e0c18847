// Checked by `tsc -p tsconfig.json`, never run: what the compiler must refuse stands under @ts-expect-error, and all else
// must pass.
import { TcpConnection, TcpServer, UdpServer, serve } from '../../src/index.js';
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
  // @ts-expect-error: its sessions run in one thread
  new UdpServer({ port: 0, catalysts: 'all' });
}
