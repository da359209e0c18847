// A user's program, which uses something of each entry. The matrix compiles it with old and new TypeScript, and runs what comes out.
import {
  type Address,
  type Answer,
  Catalyst,
  Formula,
  type Hears,
  type Remote,
  SelectorCatalyst,
  TcpClient,
  TcpConnection,
  TcpServer,
  type TimerInfo,
  TimerPausing,
  TimerSingleShot,
  Tonic,
  UdpSocket,
} from 'tasktonic';
import { TimerEveryDay } from 'tasktonic/calendar';
import { diagramOf } from 'tasktonic/diagram';
import plugin from 'tasktonic/eslint-plugin';
import { delimited, lines } from 'tasktonic/framing';
import { Store, type StoreHandle } from 'tasktonic/store';
import { Distiller, explore } from 'tasktonic/testing';
import { isMainThread } from 'node:worker_threads';

class Door extends Tonic.with({ states: ['locked', 'open'], groups: { any: ['locked', 'open'] } }) {
  ttse__onStart(): void {
    this.toState('locked');
  }
  ttsc__unlock(_code: string): void {}
  ttsc_locked__unlock(code: string): void {
    if (code === '42') this.toState('open');
  }
  ttse_open__onEnter(): void {
    new TimerSingleShot({ seconds: 0.01, name: 'closing' });
  }
  ttse_open__onClosing(timer: TimerInfo): void {
    this.log.info(`${timer.name ?? ''} ${this.state ?? ''}`);
    this.ttsc__finish();
  }
}

class Bank extends Tonic {
  ttsc__balance(account: string, answer: Answer<number>): void {
    answer.give(account.length);
  }
}

interface Rooms {
  rooms: Record<string, number>;
}

class Twin extends Store<Rooms> {
  static override readonly service = 'twin';
}

export class Squares extends Catalyst {
  static override readonly module: string = import.meta.url;
  declare readonly base: Remote<Main>;
  private store!: StoreHandle<Rooms>;
  ttse__onStart(): void {
    this.store = this.use(Twin);
  }
  ttse__onStoreReady(): void {
    this.base.ttse__onRead(this.store.get('rooms/kitchen') ?? 0);
  }
  ttsc__square(number: number): void {
    this.base.ttse__onSquare(number * number);
  }
}

class Shout extends TcpConnection.with({ framing: lines({ max: 1_000 }) }) {
  ttse__onFrame(line: string): void {
    this.sendFrame(line.toUpperCase());
  }
}

class Caller extends TcpClient.with({ framing: lines() }) {
  declare readonly base: Main;
  ttse__onConnected(): void {
    this.sendFrame('hello');
  }
  ttse__onFrame(line: string): void {
    this.base.ttse__onShout(line);
    this.ttsc__finish();
  }
}

class Main extends Tonic implements Hears<UdpSocket> {
  readonly well: string[] = [];

  ttse__onStart(): void {
    const twin = this.use(Twin);
    twin.set('rooms/kitchen', 21);
    const squares: Remote<Squares> = Squares.spawn();
    squares.ttsc__square(4);
    this.ask(new Bank()).ttsc__balance('mine').then(this.ttse__onBalance);
    new TcpServer({ port: 0, host: '127.0.0.1', protocol: Shout });
    new UdpSocket({ port: 0, host: '127.0.0.1' });
    new TimerPausing({ seconds: 1, paused: true });
    new TimerEveryDay({ time: '23:59:59' });
    new Door({ name: 'front' }).ttsc__unlock('42');
  }
  ttse__onListening(info: { transport: string; port: number }): void {
    if (info.transport === 'tcp') new Caller({ host: '127.0.0.1', port: info.port });
  }
  ttse__onDatagram(socket: UdpSocket, data: Buffer, from: Address): void {
    socket.ttsc__send(data, from);
  }
  ttse__onTimer(): void {}
  ttse__onBalance(balance: number): void {
    this.heard('ask', balance === 4);
  }
  ttse__onShout(line: string): void {
    this.heard('tcp', line === 'HELLO');
  }
  ttse__onSquare(square: number): void {
    this.heard('thread', square === 16);
  }

  ttse__onRead(degrees: number): void {
    this.heard('store', degrees === 21);
  }

  private heard(part: string, isRight: boolean): void {
    if (isRight) this.well.push(part);
    if (this.well.length < 4) return;
    console.log(`went well: ${this.well.sort().join(' ')}`);
    this.ttsc__finish();
  }
}

export class App extends Formula {
  override creatingFormula() {
    return { project: { name: 'consumer' }, log: { to: 'json' } };
  }
  override creatingMainCatalyst() {
    return new SelectorCatalyst();
  }
  override creatingStartingTonics() {
    new Main();
  }
}

export const tried = [diagramOf(Door), delimited({ delimiter: Buffer.from([0]) }), Distiller, explore, plugin.configs];
if (isMainThread) void App.run();
