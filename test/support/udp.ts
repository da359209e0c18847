import {
  type Address,
  type ListenInfo,
  type Sendable,
  type SendResult,
  UdpSocket,
  type UdpSocketOptions,
} from '../../src/index.js';
import { type Heard, inside } from './heard.js';
import { type NetApp, startNet } from './net-app.js';

/** A datagram socket of an app, whose events its base hears. */
export const startUdp = async (
  options: UdpSocketOptions = {},
  SocketClass: typeof UdpSocket = UdpSocket,
): Promise<{ app: NetApp; socket: UdpSocket; port: number; info: ListenInfo }> => {
  let socket!: UdpSocket;
  const app = await startNet(
    () => (socket = new SocketClass({ host: options.family === 6 ? '::1' : '127.0.0.1', ...options })),
  );
  const [info] = (await app.heard.on('onListening')) as [ListenInfo];
  return { app, socket, port: info.port, info };
};

/** A datagram socket that does what it is told in a sparkle of its own. */
export class Teller extends UdpSocket {
  ttsc__do(body: (socket: Teller) => void): void {
    body(this);
  }
  say(data: Sendable, to?: Address, encoding?: BufferEncoding): SendResult {
    return this.send(data, to, encoding);
  }
  async inside<T>(body: (socket: Teller) => T): Promise<T> {
    return inside(this, body);
  }
}

/** One that is open, and its app. */
export const startTeller = async (options: UdpSocketOptions = {}): Promise<{ app: NetApp; teller: Teller }> => {
  const { app, socket } = await startUdp(options, Teller as typeof UdpSocket);
  return { app, teller: socket as Teller };
};

export const at = (port: number, address = '127.0.0.1'): Address => ({ address, port });

/** The codes of the errors that were heard, in order. */
export const codes = ({ heard }: { readonly heard: Heard }): string[] =>
  heard.all('onError').map(([, { code }]) => code as string);

/** The datagrams that were heard, as text. */
export const texts = ({ heard }: { readonly heard: Heard }): string[] =>
  heard.all('onDatagram').map(([, data]) => String(data));
