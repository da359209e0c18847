import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { type ListenInfo, type SelectorCatalyst, TcpClient, TcpServer, Tonic } from '../../src/index.js';
import type { App } from '../support/app.js';
import { collectGarbage } from '../support/memory.js';
import { Later, until } from './support/later.js';
import { Echo, endApps, startNetworkApp } from './support/network-app.js';
import { Peer, closePeers } from './support/peer.js';
import { type Message, Program, endPrograms } from './support/program.js';
import { howMany } from '../support/how-many.js';

const AT_ONCE = 50;
/** They come in rounds of as many at once, and each other round is of another kind. */
const CYCLES = Number(process.env['TT_SOAK'] ?? howMany(15, 50) * 2 * AT_ONCE);
/** What the heap may differ by: a leak of 500 bytes for each cycle would show, in CI of 200. */
const FLAT = 2_000_000;

interface Holding {
  readonly descriptors: number;
  readonly tonics: number;
  readonly channels: number;
  readonly timers: number;
  readonly heap: number;
}

/** What this process holds, when all that ends has ended. */
async function held({ main, ledger }: App, tonics?: number): Promise<Holding> {
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

/** What a server holds, when all that ends has ended. */
async function heldBy(server: Program, tonics?: number): Promise<Holding> {
  const ask = async (): Promise<Omit<Holding, 'heap'>> => {
    const { descriptors, tonics, channels, timers } = (await server.ask('counts')) as Message & Omit<Holding, 'heap'>;
    return { descriptors, tonics, channels, timers };
  };
  let counts = await ask();
  for (let tries = 0; tonics !== undefined && counts.tonics !== tonics && tries < 1_000; tries++) counts = await ask();
  const { heapUsed } = (await server.ask('memory')) as unknown as NodeJS.MemoryUsage;
  // What the last of them had open was closed before that answer was given.
  return { ...(await ask()), heap: heapUsed };
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

  before(function () {
    if (process.platform !== 'linux') this.skip();
  });
  afterEach(async () => {
    await closePeers();
    await endApps();
    await endPrograms();
  });

  it('(by plain peers, which end or reset) leave no descriptor, no Tonic and no memory', async () => {
    const server = new Program('echo-server', { flags: ['--expose-gc'], args: ['{"idleTimeout":60000}'] });
    const port = await server.port();
    const cycle = async (at: number): Promise<void> => {
      const peer = await Peer.connect(port);
      await peer.echo('hello');
      if (at % 2 === 0) peer.socket.end();
      else peer.socket.resetAndDestroy();
      await peer.closed;
    };
    const { tonics } = await heldBy(server);
    await repeated(CYCLES / 10, cycle);
    const before = await heldBy(server, tonics);
    await repeated(CYCLES, cycle);
    expectNothingLeft(await heldBy(server, tonics), before);
    const { counts } = (await server.ask('counts')) as Message & { counts: object };
    expect(counts).to.deep.include({ accepted: CYCLES + CYCLES / 10, open: 0, failed: 0 });
  });

  it('(by TcpClients, which close) leave none either', async () => {
    const listening = new Later<number>();
    class Server extends TcpServer {
      override ttse__onListening(info: ListenInfo): void {
        listening.resolve(info.port);
      }
    }
    const make = (): void => void new Server({ port: 0, host: '127.0.0.1', idleTimeout: 60_000, protocol: Echo });
    // Without the lines of the log, which the app of a test keeps.
    const app = await startNetworkApp(make, {}, { level: 'silent' });
    const port = await listening.value;
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
    const tonics = app.ledger.size;
    const cycles = async (times: number): Promise<void> =>
      new Promise((resolve) => {
        done = resolve;
        clients.ttsc__cycle(times);
      });
    await cycles(CYCLES / 20);
    const before = await held(app, tonics);
    await cycles(CYCLES / 4);
    expectNothingLeft(await held(app, tonics), before);
  });
});
