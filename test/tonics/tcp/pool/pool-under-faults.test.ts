import { expect } from 'chai';
import { TcpClient, TcpClientPool, TcpConnection, TcpServer, TimerSingleShot, Tonic } from '../../../../src/index.js';
import { lines } from '../../../../src/framing/index.js';
import { type Distiller, explore } from '../../../../src/testing/index.js';
import { howMany } from '../../../support/how-many.js';
import { onRealSockets } from '../../../support/stage.js';
import { type NetApp, startNet, tidyUp } from '../../../support/net-app.js';

const framing = lines({ max: 100 });
const CLIENTS = 20;

/** Answers in its time: at once, slowly, or never; in the order in which it was asked. */
class Slow extends TcpConnection.with({ framing }) {
  readonly #waiting: string[] = [];
  override ttse__onFrame(line: string): void {
    const n = Number(line);
    if (n % 17 === 0) new TimerSingleShot({ seconds: 0.3, name: `slow${n}`, sparkleBack: this.ttse__onSlow });
    this.#waiting.push(line);
    if (n % 17 !== 0) this.ttse__onSlow();
  }
  ttse__onSlow(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) this.sendFrame(next);
  }
  ttse__onError(): void {}
}

/** Asks so many at once, and counts what becomes of each. */
class Asks extends Tonic {
  static readonly questionLimit = 2_000;
  /** By its number: each outcome that was heard. */
  readonly outcomes = new Map<number, string[]>();
  pool!: TcpClientPool<string>;
  readonly #client: () => TcpClient<string, string>;
  readonly #most: number;

  constructor(most: number, client: () => TcpClient<string, string>) {
    super({ name: 'asks' });
    this.#most = most;
    this.#client = client;
  }
  ttse__onStart(): void {
    this.pool = new TcpClientPool({
      client: this.#client,
      size: CLIENTS,
      requestsPerClient: 4,
      maxWaiting: this.#most,
      waitTimeout: 3_000,
      retryDelay: 50,
      health: { request: '1', interval: 500, timeout: 400, accepts: (line) => line === '1' },
    });
    for (let n = 0; n < this.#most; n++) this.ttsc__ask(n);
  }
  ttsc__ask(n: number): void {
    this.outcomes.set(n, []);
    const question = this.pool.request(String(n), this.ttse__onAnswer, {
      onError: this.ttse__onNoAnswer,
      timeout: n % 5 === 0 ? 400 : 4_000,
      repeatable: n % 2 === 0,
    });
    this.#numbers.set(question, n);
  }
  readonly #numbers = new Map<object, number>();
  ttse__onAnswer(line: string, question: object): void {
    const n = this.#numbers.get(question)!;
    this.outcomes.get(n)!.push(line === String(n) ? 'answered' : `answered with ${line}`);
  }
  ttse__onNoAnswer(error: Error & { readonly code?: string }, question: object): void {
    this.outcomes.get(this.#numbers.get(question)!)!.push(error.code ?? 'no code');
  }
  ttse__onError(): void {}

  /** What is not as it must be of what was heard. */
  get wrong(): string[] {
    const known = new Set(['answered', 'TT_REQUEST_LOST', 'TT_REQUEST_TIMEOUT', 'TT_POOL_TIMEOUT']);
    return [...this.outcomes]
      .filter(([, heard]) => heard.length !== 1 || !known.has(heard[0]!))
      .map(([n, heard]) => `${n}: ${heard.join(' and ')}`);
  }
  count(outcome: string): number {
    return [...this.outcomes.values()].filter(([heard]) => heard === outcome).length;
  }
}

/** All requests are over, each once, and the pool has nothing left of them. */
function expectEachOnce(asks: Asks, most: number): void {
  const { counts } = asks.pool;
  expect(asks.outcomes.size).to.equal(most);
  expect(asks.wrong.slice(0, 5)).to.deep.equal([]);
  expect(counts).to.deep.include({ asked: most, underWay: 0, waiting: 0, waitingBytes: 0, cancelled: 0 });
  expect(counts.answered + counts.failed + counts.timedOut).to.equal(most);
  expect(counts.answered).to.equal(asks.count('answered'));
  expect(counts.clients).to.be.at.most(CLIENTS);
}

describe('a pool of 20 clients under 1,000 requests at once', () => {
  it('answers, fails or times out each of them once, whatever the network does to it', async function () {
    this.timeout(60_000);
    const serves = (): void => void new TcpServer({ port: 80, protocol: Slow, logMode: 'off' });
    const most = howMany(250, 1_000);
    const client = (): TcpClient<string, string> =>
      new TcpClient<string, string>({
        host: 'server',
        port: 80,
        framing,
        logMode: 'off',
        connectTimeout: 500,
        retries: 3,
      });
    let answered = 0;
    let lost = 0;
    const { faults } = await explore({ runs: howMany(2, 3), trace: false }, async (distiller: Distiller) => {
      const server = await distiller.join(serves, { host: 'server' });
      await distiller.join(() => void new Asks(most, client), { host: 'client' });
      distiller.network.between('server', 'client', { latency: 5, jitter: 20, loss: 0.02, split: 'random' });
      const asks = distiller.find<Asks>('asks')!;
      await distiller.advance('150ms');
      if (distiller.chance(0.8, 'crash', 'server')) {
        server.kill();
        distiller.network.host('server').crash();
        await distiller.advance('500ms');
        distiller.network.host('server').restart();
        await distiller.join(serves, { host: 'server' });
      }
      await distiller.advance('10s');
      expectEachOnce(asks, most);
      answered += asks.count('answered');
      lost += asks.count('TT_REQUEST_LOST');
    });
    expect(answered, 'some are answered').to.be.greaterThan(most / 10);
    if (faults['crash'] !== undefined) expect(lost, 'some are lost').to.be.greaterThan(0);
  });
});

describe('a pool of 20 clients on real sockets', () => {
  onRealSockets('the kernel of this machine has the connections');
  afterEach(tidyUp);

  it('answers, fails or times out each of 1,000 requests once, though the server dies and comes back', async function () {
    this.timeout(20_000);
    const serve = async (port: number): Promise<NetApp> => {
      const app = await startNet(() => void new TcpServer({ port, host: '127.0.0.1', protocol: Slow }));
      await app.heard.on('onListening');
      return app;
    };
    const first = await serve(0);
    const [{ port }] = (await first.heard.on('onListening')) as unknown as [{ port: number }];
    let asks!: Asks;
    const client = (): TcpClient<string, string> =>
      new TcpClient<string, string>({ host: '127.0.0.1', port, framing, logMode: 'off', retryDelay: 20, retryCap: 50 });
    const app = await startNet(() => void (asks = new Asks(1_000, client)));
    await app.inside(() => {});
    await first.over();
    await serve(port);
    const isOver = async (): Promise<void> => {
      while (asks.pool.counts.underWay + asks.pool.counts.waiting > 0) await app.inside(() => {});
    };
    await isOver();
    await app.settled();
    expectEachOnce(asks, 1_000);
    expect(asks.count('answered')).to.be.greaterThan(0);
  });
});
