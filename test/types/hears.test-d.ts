// Checked by `tsc -p tsconfig.json`, never run: what the compiler must refuse stands under @ts-expect-error, and all else
// must pass.
import {
  type Address,
  type DisconnectInfo,
  type Hears,
  type ListenInfo,
  type TaskTonicError,
  type TcpClient,
  TcpConnection,
  type TcpServer,
  Tonic,
  type UdpSocket,
} from '../../src/index.js';

class Chat extends TcpConnection.with({ states: ['named'] }) {}

export class Dns extends Tonic implements Hears<TcpServer | UdpSocket> {
  ttse__onListening(info: ListenInfo): void {
    this.log.info(info.address);
  }
  ttse__onData(connection: TcpConnection<string>, data: Buffer): void {
    connection.ttsc__send(data);
  }
  ttse__onDatagram(socket: UdpSocket, data: Buffer, from: Address): void {
    socket.ttsc__send(data, from);
  }
  ttse__onError(_socket: TcpServer | UdpSocket | TcpConnection<string>, _error: TaskTonicError): void {}
  ttsc__other(): void {}
}

export class Room extends Tonic implements Hears<TcpServer> {
  /** Its own protocol class. */
  ttse__onConnected(_chat: Chat): void {}
  ttse__onDisconnected(_chat: Chat, _info: DisconnectInfo): void {}
}

export class Wrong extends Tonic implements Hears<TcpServer | UdpSocket> {
  // @ts-expect-error the connection comes first
  ttse__onData(_data: Buffer): void {}
  // @ts-expect-error data is no text
  ttse__onDatagram(_socket: UdpSocket, _data: string): void {}
  // @ts-expect-error the info comes alone
  ttse__onListening(_server: TcpServer, _info: ListenInfo): void {}
}

export class Client extends Tonic implements Hears<TcpClient> {
  ttse__onEnd(_client: TcpConnection<string>): void {}
  // @ts-expect-error a number of bytes
  ttse__onHighWater(_client: TcpConnection<string>, _bytes: string): void {}
}
