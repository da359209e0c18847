import { type ConnectOptions, type ListenOptions, TcpClient, TcpConnection, TcpServer, UdpSocket } from 'tasktonic';

/** Where a server listens is said once; this is compiled and never run. */
export function servers(): void {
  const protocol = TcpConnection;
  new TcpServer({ port: 0, host: '::', ipv6Only: true, protocol });
  new TcpServer({ path: '/run/a', mode: 0o660, protocol });
  new TcpServer({ path: '/run/a', port: undefined, protocol });
  new TcpServer({ fd: 3, protocol });
  new TcpServer({ systemd: true, protocol });
  new TcpServer({ systemd: 'web', backlog: 5, protocol });
  // @ts-expect-error: no place
  new TcpServer({ protocol });
  // @ts-expect-error: two places
  new TcpServer({ port: 0, path: '/run/a', protocol });
  // @ts-expect-error: two places
  new TcpServer({ path: '/run/a', fd: 3, protocol });
  // @ts-expect-error: a host belongs to a port
  new TcpServer({ path: '/run/a', host: '::1', protocol });
  // @ts-expect-error: rights belong to a path
  new TcpServer({ port: 0, mode: 0o600, protocol });
  // @ts-expect-error: listeners belong to a port
  new TcpServer({ systemd: true, listeners: 2, protocol });
  // @ts-expect-error: there is nothing to be false
  new TcpServer({ systemd: false, protocol });
}

/** One of several, such as the command line says. */
export function chosen(place: ListenOptions, far: ConnectOptions): void {
  new TcpServer({ ...place, idleTimeout: 1_000 });
  new TcpClient({ ...far, retries: 0 });
}

export function clients(): void {
  new TcpClient({ port: 7, host: 'far' });
  new TcpClient({ path: '/run/a' });
  // @ts-expect-error: no place
  new TcpClient({ host: 'far' });
  // @ts-expect-error: two places
  new TcpClient({ path: '/run/a', port: 7 });
  // @ts-expect-error: a host belongs to a port
  new TcpClient({ path: '/run/a', host: 'far' });
  new UdpSocket({ systemd: 'dns', family: 6 });
}
