import '../../../src/compose.js';
// A server whose handlers are slow. Its arguments: tcp or udp, and how long a handler keeps the loop, in ms, and how many orders
// it queues besides.
import {
  type Address,
  Formula,
  type FormulaData,
  type ListenInfo,
  type SelectorCatalyst,
  TcpConnection,
  TcpServer,
  Tonic,
  UdpSocket,
} from 'tasktonic';
import { answering, memory, tell } from './control.js';

const [kind, busy, orders] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4] ?? 0)];
/** So many handlers run between two looks at the memory: each collects the garbage first. */
const HANDLERS_PER_LOOK = 32;
let handled = 0;
let most = 0;
let main: Main | undefined;

function work(tonic: { ttsc__work(): void }): void {
  const end = performance.now() + busy;
  for (let count = 0; count < orders; count++) tonic.ttsc__work();
  while (performance.now() < end);
  if (++handled % HANDLERS_PER_LOOK === 0) most = Math.max(most, memory()['external']!);
}

class SlowConnection extends TcpConnection {
  ttse__onData(data: Buffer): void {
    work(this);
    this.send(data.subarray(0, 1));
  }
  ttsc__work(): void {}
}

class SlowSocket extends UdpSocket {
  ttse__onDatagram(data: Buffer, from: Address): void {
    work(this);
    this.send(data, from);
  }
  ttsc__work(): void {}
}

class Main extends Tonic {
  udp: UdpSocket | undefined;
  ttse__onStart(): void {
    const at = { port: 0, host: '127.0.0.1' };
    if (kind === 'tcp') new TcpServer({ ...at, protocol: SlowConnection });
    else this.udp = new SlowSocket(at);
  }
  ttse__onListening({ port }: ListenInfo): void {
    tell('listening', { port });
  }
}

class App extends Formula {
  protected override creatingFormula(): FormulaData {
    return { log: { to: 'json' } };
  }
  protected creatingStartingTonics(): void {
    main = new Main();
  }
}

answering({
  memory,
  /** The most that buffers have held so far, in bytes. */
  most: () => ({ most }),
  traffic: () => ({ ...main!.udp!.traffic, queue: (main!.base as unknown as SelectorCatalyst).queue.size }),
});
await App.run();
