// Checked by `tsc -p tsconfig.json`, never run: what the compiler must refuse stands under @ts-expect-error, and all else
// must pass.
import {
  type ClientTlsOptions,
  type DisconnectInfo,
  type Hears,
  type PeerIdentity,
  type ServerTlsOptions,
  TcpClient,
  TcpConnection,
  TcpServer,
  type TlsInfo,
  Tonic,
} from '../../src/index.js';

class Mail extends TcpConnection<'plain' | 'secure'> {
  ttse__onConnected(): void {
    this.toState('plain');
  }
  ttse_plain__onFrame(): void {
    this.startTls();
    this.startTls(Buffer.alloc(1));
    // @ts-expect-error it is bytes
    this.startTls('rest');
  }
  ttse__onSecure({ version, cipher, alpn, servername, resumed, identity }: TlsInfo): void {
    const texts: readonly (string | undefined)[] = [version, cipher, alpn, servername, identity?.commonName];
    const who: PeerIdentity | undefined = identity;
    this.log.info({ texts, resumed, until: who?.validTo.getTime() }, 'secure');
    this.toState('secure');
  }
  override ttse__onDisconnected({ truncated }: DisconnectInfo): void {
    const cut: boolean | undefined = truncated;
    this.log.info({ cut });
  }
}

export class Wrong extends TcpConnection {
  // @ts-expect-error it is told what was agreed
  ttse__onSecure(_tls: number): void {}
}

const server: ServerTlsOptions = {
  certFile: 'cert.pem',
  keyFile: 'key.pem',
  caFile: ['one.pem', 'two.pem'],
  clientCertificates: 'optional',
  mode: 'either',
  alpn: { 'mail/1': Mail, 'mail/2': () => new Mail() },
  names: { '*.example.com': { cert: '...', key: Buffer.alloc(1) } },
  watchFiles: false,
};
const client: ClientTlsOptions = { ca: ['...', Buffer.alloc(1)], servername: 'example.com', alpn: ['mail/1'] };

export class Main extends Tonic implements Hears<TcpServer | TcpClient> {
  ttse__onStart(): void {
    new TcpServer({ port: 1, protocol: Mail, tls: server }).ttsc__reloadCertificates();
    new TcpClient({ port: 1, tls: client });
    new TcpClient({ port: 1, tls: true });
    // @ts-expect-error a client has one certificate
    new TcpClient({ port: 1, tls: { names: {} } });
    // @ts-expect-error a server must have a certificate
    new TcpServer({ port: 1, tls: true });
    // @ts-expect-error a client does not wait and see
    new TcpClient({ port: 1, tls: { mode: 'either' } });
    // @ts-expect-error no version below
    new TcpServer({ port: 1, tls: { minVersion: 'TLSv1.1' } });
  }
  ttse__onSecure(peer: TcpConnection | TcpClient, tls: TlsInfo): void {
    this.log.info({ peer: peer.name, version: tls.version, is: peer.tls === tls });
  }
}
