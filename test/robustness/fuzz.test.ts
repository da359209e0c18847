import { readdirSync } from 'node:fs';
import { type AddressInfo, connect as connectPlain, createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect } from 'chai';
import {
  type InfusionFailure,
  type ListenInfo,
  type SelectorCatalyst,
  TcpConnection,
  TcpServer,
  type TcpServerOptions,
  Tonic,
} from '../../src/index.js';
import {
  type Framing,
  custom,
  delimited,
  fixed,
  jsonLines,
  lengthPrefixed,
  lines,
  messagePack,
  netstrings,
  respCommands,
} from '../../src/framing/index.js';
import { writeV1, writeV2 } from '../doors/tonics.js';
import type { App } from '../support/app.js';
import { howMany } from '../support/how-many.js';
import { collectGarbage } from '../support/memory.js';
import { authority, own } from '../support/tls.js';
import { Chance, attack, exchanged, hostileInput } from './support/fuzz.js';
import { Later, until } from './support/later.js';
import { endApps, startNetworkApp } from './support/network-app.js';

/** Bytes of hostile input in all, and where their chance begins. */
const BYTES = Number(process.env['TT_FUZZ'] ?? howMany(1_000_000, 10_000_000));
const SEED = Number(process.env['TT_FUZZ_SEED'] ?? 14);
const AT_ONCE = 16;
/** A peer that means well comes after so many that do not. */
const GOOD_EACH = 50;
/** What the heap may differ by. */
const FLAT = 4_000_000;

/** Sends back each frame that it hears; without a framing, each chunk. */
class Back extends TcpConnection {
  ttse__onFrame(frame: unknown): void {
    this.sendFrame(frame);
  }
  ttse__onData(data: Buffer): void {
    this.send(data);
  }
  ttse__onError(): void {}
}

/** Where hostile peers come to. */
interface Door {
  readonly options: Partial<TcpServerOptions>;
  /** What a good peer sends. */
  readonly exchange: Buffer;
  /** What it gets. */
  readonly answer: Buffer;
  /** How a good peer does that, where it is more than to send those bytes. */
  readonly good?: (port: number) => Promise<Buffer>;
}

/** A framing, with some frames that come back as they are. */
function framed<F>(framing: Framing<F>, ...frames: F[]): Door {
  const exchange = Buffer.concat(frames.map((frame) => Buffer.from(framing.encode(frame) as Buffer)));
  return { options: { framing: framing as Framing<unknown> }, exchange, answer: exchange };
}

const small = Buffer.from('a frame');
const large = Buffer.alloc(3_000, 'large ');
const max = 20_000;

const ends = { address: '192.0.2.1', port: 56_324 };
const proxied = (header: Buffer): Door => ({
  options: { proxyProtocol: { trusted: ['127.0.0.1'] } },
  exchange: Buffer.concat([header, large]),
  answer: large,
});

const DOORS: Readonly<Record<string, Door>> = {
  'lines()': framed(lines({ max }), 'one', '', 'a longer line, with ä and 😀'),
  'delimited()': framed(delimited({ delimiter: '\r\n.\r\n', max }), small, large),
  'fixed()': framed(fixed({ size: 7 }), small, small),
  ...Object.fromEntries(
    ([1, 2, 4, 8, 'varint'] as const).map((size) => [
      `lengthPrefixed({ bytes: ${size} })`,
      framed(lengthPrefixed({ bytes: size, max }), small, size === 1 ? small : large),
    ]),
  ),
  'netstrings()': framed(netstrings({ max }), small, large),
  'jsonLines()': framed(jsonLines({ max }), { a: [1, 'two', null] }, 3, 'text'),
  'respCommands()': framed(respCommands({ max }), ['SET', 'key', 'a value'], ['GET', ''], ['PING']),
  'messagePack()': framed(messagePack({ max }), { a: [1, 'two', null] }, 3, 'text'),
  'custom()': framed(
    custom({ size: (bytes) => (bytes.length < 1 ? undefined : 1 + bytes[0]!), max }),
    Buffer.from('\x03abc'),
    Buffer.from('\0'),
  ),
  'no framing': { options: {}, exchange: large, answer: large },
  'a PROXY header of version 1': proxied(writeV1({ source: ends, destination: ends })),
  'a PROXY header of version 2': proxied(
    writeV2(
      { source: ends, destination: ends },
      {
        tlvs: [
          { type: 2, value: Buffer.from('example.org') },
          { type: 0xe0, value: large },
        ],
        checksum: true,
      },
    ),
  ),
  TLS: { options: { tls: own }, exchange: Buffer.alloc(1), answer: large, good: overTls },
  'TLS or plain text': {
    options: { tls: { ...own, mode: 'either' } },
    exchange: Buffer.alloc(1),
    answer: large,
    good: overTls,
  },
};

async function overTls(port: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ port, host: '127.0.0.1', ca: authority.cert, servername: 'localhost' });
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (Buffer.concat(chunks).length >= large.length) socket.end();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(chunks)));
    socket.write(large);
  });
}

/** All that a client of TLS sends in a real exchange, as one who stands between sees it. */
async function recorded(port: number): Promise<Buffer> {
  const sent: Buffer[] = [];
  const between = createServer((client) => {
    const server = connectPlain(port, '127.0.0.1');
    client.on('data', (chunk: Buffer) => sent.push(chunk));
    client.pipe(server).pipe(client);
    for (const socket of [client, server]) socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  await overTls((between.address() as AddressInfo).port);
  between.close();
  return Buffer.concat(sent);
}

/** The base of a server: it hears that connections fail, and lives. */
class Host extends Tonic {
  server!: TcpServer;
  readonly listening = new Later<number>();
  failures = 0;

  constructor(private readonly options: Partial<TcpServerOptions>) {
    super();
  }
  ttse__onStart(): void {
    const given = { port: 0, host: '127.0.0.1', handshakeTimeout: 2_000, ...this.options, protocol: Back };
    this.server = new TcpServer(given as TcpServerOptions);
  }
  ttse__onListening(info: ListenInfo): void {
    this.listening.resolve(info.port);
  }
  ttse__onTurnedAway(): void {}
  ttse__onInfusionFailed(failure: InfusionFailure): void {
    if (failure.tonic === (this.server as unknown)) this.failures++;
  }
}

interface Holding {
  readonly descriptors: number;
  readonly tonics: number;
  readonly channels: number;
  readonly timers: number;
  readonly heap: number;
}

/** What there is when all that ends has ended. */
async function held({ main, ledger }: App, server: TcpServer): Promise<Holding> {
  const { selector, timers } = main as unknown as SelectorCatalyst;
  // Who was turned away last is told within a second.
  const isOver = (): boolean => server.counts.open === 0 && timers.size === 0;
  await until(isOver, `${server.counts.open} connections and ${timers.size} timers end`, 20_000);
  for (let polls = 0; polls < 5; polls++) await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  return {
    descriptors: process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0,
    tonics: ledger.size,
    channels: selector.keys.size,
    timers: timers.size,
    heap: process.memoryUsage().heapUsed,
  };
}

describe(`${BYTES} bytes of garbage, truncations and tampered exchanges (from seed ${SEED})`, function () {
  this.timeout(600_000);
  const share = BYTES / Object.keys(DOORS).length;
  afterEach(endApps);

  for (const [name, door] of Object.entries(DOORS))
    it(`end nothing but their connections, and leave nothing: ${name}`, async () => {
      let host!: Host;
      const app = await startNetworkApp(() => (host = new Host(door.options)));
      const port = await host.listening.value;
      const exchange = door.good === undefined ? door.exchange : await recorded(port);
      const isGood = async (): Promise<void> => {
        const answer = await (door.good?.(port) ?? exchanged(port, door.exchange, door.answer.length));
        expect(answer.equals(door.answer), 'the answer of a good peer').to.equal(true);
      };
      let left = share;
      let sent = 0;
      const attackAll = async (chance: Chance): Promise<void> => {
        while (left > 0) {
          const bytes = hostileInput(chance, exchange);
          left -= bytes.length + 40;
          await attack(port, bytes, chance);
          if (++sent % GOOD_EACH === 0) await isGood();
        }
      };
      const several = async (seed: number): Promise<unknown> =>
        Promise.all(Array.from({ length: AT_ONCE }, async (_, n) => attackAll(new Chance(seed + n))));
      // First a few: what they compile and cache stays.
      left = share / 5;
      await several(SEED + 1_000);
      const before = await held(app, host.server);
      left = (share * 4) / 5;
      await several(SEED);
      await isGood();
      const after = await held(app, host.server);
      expect({ ...after, heap: 0 }).to.deep.equal({ ...before, heap: 0 });
      expect(after.heap - before.heap, 'bytes that the heap grew by').to.be.below(FLAT);
      expect([host.server.phase, host.failures]).to.deep.equal(['listening', 0]);
    });
});
