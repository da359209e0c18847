// Checked by `tsc -p tsconfig.json`, never run: what the compiler must refuse stands under @ts-expect-error, and all else
// must pass. An event that the framework calls may not be async: a sparkle is synchronous.
/* eslint-disable tasktonic/sparkle-names -- the mistakes are the point */
import {
  type Address,
  Catalyst,
  type DisconnectInfo,
  type FailureInfo,
  Formula,
  type Hears,
  type InfusionFailure,
  type InfusionInfo,
  type ListenInfo,
  type StateTimeoutInfo,
  type TaskTonicError,
  TcpClient,
  TcpConnection,
  TcpServer,
  Tonic,
  UdpSocket,
  type UnheardCommand,
} from '../../src/index.js';

export class Plain extends Tonic.with({ states: ['open'] }) {
  ttse__onStart(): void {}
  override ttse__onEnter(): void {}
  ttse__onExit(): undefined {}
  ttse__onStateTimeout(_info: StateTimeoutInfo): void | undefined {
    return this.toState('open');
  }
  ttse__onDraining() {
    this.drained();
  }
  ttse__onFinished(): never {
    throw new Error('at the end');
  }
  ttse__onUnheard({ name, key, args }: UnheardCommand): void {
    const told: readonly unknown[] = [name.length, key.length, ...args];
    void told;
  }
  ttse__onFailure(_error: Error, { sparkle }: FailureInfo): void {
    if (sparkle === undefined) return;
    this.ttsc__finish();
  }
  ttse__onInfusionFinished(_info: InfusionInfo): void {}
  ttse__onInfusionFailed(_failure: InfusionFailure): void {}
}

/** Its overrides may be void again. */
export class Below extends Plain {
  override ttse__onStart(): void {
    super.ttse__onStart();
  }
}

export class Life extends Tonic {
  // @ts-expect-error async
  async ttse__onStart(): Promise<void> {}
  // @ts-expect-error async
  async ttse__onEnter(): Promise<void> {}
  // @ts-expect-error async
  async ttse__onExit(): Promise<void> {}
  // @ts-expect-error async
  async ttse__onStateTimeout(_info: StateTimeoutInfo): Promise<void> {}
  // @ts-expect-error async
  async ttse__onUnheard(_command: UnheardCommand): Promise<void> {}
  // @ts-expect-error async
  async ttse__onDraining(): Promise<void> {}
  // @ts-expect-error async
  async ttse__onFinished(): Promise<void> {}
  // @ts-expect-error async
  async ttse__onFailure(_error: Error, _info: FailureInfo): Promise<void> {}
  // @ts-expect-error async
  async ttse__onInfusionFinished(_info: InfusionInfo): Promise<void> {}
  // @ts-expect-error async
  async ttse__onInfusionFailed(_failure: InfusionFailure): Promise<void> {}
}

export class Untyped extends Catalyst.with({ states: ['open'] }) {
  // @ts-expect-error a return type that is not written is a promise, too
  override async ttse__onStart() {}
  // @ts-expect-error a generator would not run at all
  *ttse__onDraining() {}
}

export class Server extends TcpServer {
  // @ts-expect-error async
  async ttse__onListening(_info: ListenInfo): Promise<void> {}
  // @ts-expect-error async
  async ttse__onTurnedAway(): Promise<void> {}
  // @ts-expect-error async
  async ttse__onError(_error: TaskTonicError): Promise<void> {}
  // @ts-expect-error async
  override async ttse__onInfusionFailed(_failure: InfusionFailure): Promise<void> {}
}

export class Connection extends TcpConnection.with({ states: ['open'] }) {
  // @ts-expect-error async
  async ttse__onConnected(): Promise<void> {}
  // @ts-expect-error async
  async ttse__onData(_data: Buffer): Promise<void> {}
  // @ts-expect-error async
  async ttse__onFrame(): Promise<void> {}
  // @ts-expect-error async
  async ttse__onDrain(): Promise<void> {}
  // @ts-expect-error async
  async ttse__onHighWater(_unsentBytes: number): Promise<void> {}
  // @ts-expect-error async
  async ttse__onEnd(): Promise<void> {}
  // @ts-expect-error async
  async ttse__onDisconnected(_info: DisconnectInfo): Promise<void> {}
  // @ts-expect-error async
  async ttse__onError(_error: TaskTonicError): Promise<void> {}
}

export class Client extends TcpClient {
  // @ts-expect-error async
  override async ttse__onConnected(): Promise<void> {}
  // @ts-expect-error async
  override async ttse__onInfusionFailed(_failure: InfusionFailure): Promise<void> {}
}

export class Datagrams extends UdpSocket {
  // @ts-expect-error async
  async ttse__onListening(_info: ListenInfo): Promise<void> {}
  // @ts-expect-error async
  async ttse__onDatagram(_data: Buffer, _from: Address): Promise<void> {}
  // @ts-expect-error async
  async ttse__onFrame(): Promise<void> {}
  // @ts-expect-error async
  async ttse__onDrain(): Promise<void> {}
  // @ts-expect-error async
  async ttse__onError(_error: TaskTonicError): Promise<void> {}
}

export class Base extends Tonic implements Hears<TcpServer | UdpSocket> {
  // @ts-expect-error async
  async ttse__onListening(_info: ListenInfo): Promise<void> {}
  // @ts-expect-error async
  async ttse__onData(_connection: TcpConnection<string>, _data: Buffer): Promise<void> {}
  // @ts-expect-error async
  async ttse__onDatagram(_socket: UdpSocket, _data: Buffer, _from: Address): Promise<void> {}
  ttse__onDisconnected(_connection: TcpConnection<string>, _info: DisconnectInfo): void {}
}

export class App extends Formula {
  // @ts-expect-error what is made after an await has no base
  override async creatingStartingTonics(): Promise<void> {}
}
