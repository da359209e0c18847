import '../../../src/compose.js';
// A TCP echo server. Its one argument is JSON: options of the server, and how many Tonics queue themselves for ever.
import { readdirSync } from 'node:fs';
import {
  Formula,
  type FormulaData,
  type ListenInfo,
  type SelectorCatalyst,
  TcpConnection,
  TcpServer,
  Tonic,
} from 'tasktonic';
import { answering, memory, tell } from './control.js';
import type { OnPort } from '../../support/on-port.js';

const { selfQueueing = 0, ...options } = JSON.parse(process.argv[2] ?? '{}') as Partial<OnPort> & {
  selfQueueing?: number;
};
let sparkles = 0;
let main: Main | undefined;

class Echo extends TcpConnection {
  ttse__onData(data: Buffer): void {
    this.send(data);
  }
  ttse__onHighWater(): void {
    tell('highWater');
  }
}

class Restless extends Tonic {
  ttse__onStart(): void {
    this.ttsc__again();
  }
  ttsc__again(): void {
    sparkles++;
    this.ttsc__again();
  }
}

class Main extends Tonic {
  server!: TcpServer;
  ttse__onStart(): void {
    this.server = new TcpServer({ port: 0, host: '127.0.0.1', ...options, protocol: Echo });
    for (let count = 0; count < selfQueueing; count++) new Restless();
  }
  ttse__onListening({ port, maxConnections }: ListenInfo): void {
    tell('listening', { port, maxConnections });
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
  sparkles: () => ({ sparkles }),
  counts: () => {
    const { runtime, selector, timers } = main!.base as unknown as SelectorCatalyst;
    return {
      counts: main!.server.counts,
      tonics: runtime.ledger.size,
      channels: selector.keys.size,
      timers: timers.size,
      descriptors: readdirSync('/proc/self/fd').length,
    };
  },
});
await App.run();
