import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { Tonic } from '../../src/core/tonic.js';
import { SelectorCatalyst } from '../../src/selector/selector-catalyst.js';
import { type ListenInfo, TcpClient, TcpServer } from '../../src/tonics/index.js';
import type { App } from '../support/app.js';
import { collectGarbage } from '../support/memory.js';
import { Later, until } from './support/later.js';
import { Echo, endApps, startNetworkApp } from './support/network-app.js';
import { Peer, closePeers } from './support/peer.js';

const CYCLES = 20_000;
const AT_ONCE = 50;
/** What the heap may differ by: a leak of 100 bytes for each cycle would show. */
const FLAT = 2_000_000;

interface Holding {
  readonly descriptors: number;
  readonly tonics: number;
  readonly channels: number;
  readonly timers: number;
  readonly heap: number;
}

/** What the process holds, when all that ends has ended. */
async function holding({ main, ledger }: App, tonics?: number): Promise<Holding> {
  const { selector, timers } = main as unknown as SelectorCatalyst;
  if (tonics !== undefined) await until(() => ledger.size === tonics, `${ledger.size} Tonics become ${tonics}`);
  // The last sockets are closed in the close phase of this poll or the next one.
  for (let polls = 0; polls < 3; polls++) await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    tonics: ledger.size,
    channels: selector.keys.size,
    timers: timers.size,
    heap: process.memoryUsage().heapUsed,
  };
}

/** Does something so often, a number of them at a time. */
async function repeated(times: number, once: (at: number) => Promise<void>): Promise<void> {
  let at = 0;
  const one = async (): Promise<void> => {
    while (at < times) await once(at++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

function expectNothingLeft(after: Holding, before: Holding): void {
  expect({ ...after, heap: 0 }).to.deep.equal({ ...before, heap: 0 });
  expect(after.heap - before.heap, 'bytes that the heap grew by').to.be.below(FLAT);
}

describe(`${CYCLES} times connect, echo, disconnect`, function () {
  this.timeout(60_000);
  let app: App;
  let port: number;
  let tonics: number;

  before(function () {
    if (process.platform !== 'linux') this.skip();
  });

  beforeEach(async () => {
    const listening = new Later<number>();
    class Server extends TcpServer {
      override ttse__onListening(info: ListenInfo): void {
        listening.resolve(info.port);
      }
    }
    // Without the lines of the log, which the app of a test keeps.
    const quiet = { level: 'silent' } as const;
    app = await startNetworkApp(
      () => void new Server({ port: 0, host: '127.0.0.1', idleTimeout: 60_000, protocol: Echo }),
      {},
      quiet,
    );
    port = await listening.value;
    tonics = app.ledger.size;
  });
  afterEach(async () => {
    await closePeers();
    await endApps();
  });

  it('(by plain peers, which end or reset) leave no descriptor, no Tonic and no memory', async () => {
    const cycle = async (at: number): Promise<void> => {
      const peer = await Peer.connect(port);
      await peer.echo('hello');
      if (at % 2 === 0) peer.socket.end();
      else peer.socket.resetAndDestroy();
      await peer.closed;
    };
    await repeated(CYCLES / 5, cycle);
    const before = await holding(app, tonics);
    await repeated(CYCLES, cycle);
    expectNothingLeft(await holding(app, tonics), before);
  });

  it('(by TcpClients, which close) leave none either', async () => {
    let done: (() => void) | undefined;
    let left = 0;
    class Client extends TcpClient {
      override ttse__onConnected(): void {
        this.send('hello');
      }
      override ttse__onData(): void {
        this.ttsc__close();
      }
    }
    class Clients extends Tonic {
      ttsc__cycle(times: number): void {
        left = times;
        for (let count = 0; count < AT_ONCE; count++) this.ttsc__one();
      }
      ttsc__one(): void {
        new Client({ host: '127.0.0.1', port });
      }
      ttse__onInfusionFinished(): void {
        if (--left >= AT_ONCE) this.ttsc__one();
        if (left === 0) done?.();
      }
    }
    const clients = new Clients({ base: app.main });
    tonics++;
    const cycles = async (times: number): Promise<void> =>
      new Promise((resolve) => {
        done = resolve;
        clients.ttsc__cycle(times);
      });
    await cycles(CYCLES / 20);
    const before = await holding(app, tonics);
    await cycles(CYCLES / 4);
    expectNothingLeft(await holding(app, tonics), before);
  });
});
