import { expect } from 'chai';
import {
  type PoolRequestOptions,
  type TcpClientPoolOptions,
  TcpClient,
  TcpClientPool,
  TcpConnection,
  TcpServer,
  Tonic,
} from '../../../../src/index.js';
import { lines } from '../../../../src/framing/index.js';
import { expectCode, expectThrow, thrownBy } from '../../../support/errors.js';
import { Heard } from '../../../support/heard.js';
import { type NetApp, startNet, tidyUp } from '../../../support/net-app.js';
import { stage } from '../../../support/stage.js';

afterEach(tidyUp);

/** Answers each line but those that say what else is to be done. */
class Answers extends TcpConnection.with({ framing: lines() }) {
  readonly heard: string[] = [];
  readonly #all: Answers[];

  constructor(all: Answers[]) {
    super();
    this.#all = all;
    all.push(this);
  }
  get number(): number {
    return this.#all.indexOf(this);
  }
  override ttse__onFrame(line: string): void {
    this.heard.push(line);
    const [what = ''] = line.split(' ');
    if (what === 'silent') return;
    if (what === 'close') return this.ttsc__close();
    if (what === 'half') {
      this.send('ha');
      return this.ttsc__close();
    }
    if (what === 'garbage') return void this.send(`${'x'.repeat(200)}\n`);
    this.sendFrame(`${this.number} ${line}`);
    if (what === 'twice') this.sendFrame(`${this.number} again`);
  }
  ttse__onError(): void {}
  say(line: string): void {
    this.ttsc__send(`${line}\n`);
  }
}

const framing = lines({ max: 100 });

/** Asks, and writes down what becomes of it. */
class Asks extends Tonic {
  readonly heard = new Heard();
  pool!: TcpClientPool<string>;

  constructor(
    private readonly make: () => TcpClientPool<string>,
    name = 'asks',
  ) {
    super({ name });
  }
  ttse__onStart(): void {
    this.pool = this.make();
  }
  ttsc__ask(line: string, options: PoolRequestOptions = {}): void {
    this.pool.request(line, this.ttse__onAnswer, { onError: this.ttse__onNoAnswer, ...options });
  }
  ttsc__do(body: (asks: this) => void): void {
    body(this);
  }
  ttse__onAnswer(line: string): void {
    this.heard.push('answer', line);
  }
  ttse__onNoAnswer(error: Error): void {
    this.heard.push('error', error);
  }
  ttse__onError(): void {}
  ttse__onDisconnected(_client: TcpClient): void {
    this.heard.push('disconnected');
  }
  ttse__onConnected(): void {
    this.heard.push('connected');
  }
  get answers(): string[] {
    return this.heard.all('answer').map(([line]) => line as string);
  }
  get codes(): string[] {
    return this.heard.all('error').map(([error]) => (error as { code: string }).code);
  }
  get outcomes(): number {
    return this.heard.count('answer') + this.heard.count('error');
  }
  async all(count: number): Promise<void> {
    await this.heard.until(() => this.outcomes === count, `${count} outcomes`);
  }
}

interface Setup {
  readonly app: NetApp;
  readonly asks: Asks;
  readonly server: TcpServer;
  readonly port: number;
  readonly connections: Answers[];
}

async function pooled(
  options: Partial<TcpClientPoolOptions<string>> = {},
  client: Partial<{ reconnect: boolean; retries: number; retryDelay: number; connectTimeout: number }> = {},
): Promise<Setup> {
  const connections: Answers[] = [];
  let asks!: Asks;
  let server!: TcpServer;
  const app = await startNet(() => {
    server = new TcpServer({ port: 0, host: '127.0.0.1', protocol: () => new Answers(connections) });
  });
  const [{ port }] = (await app.heard.on('onListening')) as [{ port: number }];
  await app.inside(() => {
    const make = (): TcpClient<string, string> =>
      new TcpClient<string, string>({ port, host: '127.0.0.1', framing, logMode: 'off', ...client });
    asks = new Asks(() => new TcpClientPool({ client: make, ...options }));
  });
  await app.settled();
  return { app, asks, server, port, connections };
}

/** What is thrown in a sparkle of that Tonic. */
async function thrownIn(app: NetApp, asks: Asks, body: () => unknown): Promise<Error | undefined> {
  let thrown: Error | undefined;
  asks.ttsc__do(() => void (thrown = thrownBy(body)));
  await app.settled();
  return thrown;
}

describe('a TcpClientPool', () => {
  it('opens no client before there is a request, and answers it', async () => {
    const { asks, connections } = await pooled();
    expect([asks.pool.counts.clients, connections.length]).to.deep.equal([0, 0]);
    asks.ttsc__ask('hello');
    await asks.all(1);
    expect(asks.answers).to.deep.equal(['0 hello']);
    expect(asks.pool.counts).to.deep.include({
      clients: 1,
      ready: 1,
      idle: 1,
      asked: 1,
      answered: 1,
      underWay: 0,
      waiting: 0,
    });
  });

  it('uses one client for requests that come one after the other', async () => {
    const { asks, connections } = await pooled();
    for (let n = 1; n <= 5; n++) {
      asks.ttsc__ask(`n${n}`);
      await asks.all(n);
    }
    expect(connections.length).to.equal(1);
  });

  it('opens as many as it may for many requests at once, spreads them evenly, and answers each once', async () => {
    const { asks, connections } = await pooled({ size: 4, requestsPerClient: 5 });
    for (let n = 0; n < 100; n++) asks.ttsc__ask(`n${n}`);
    await asks.all(100);
    expect(asks.answers.map((line) => line.split(' ')[1]).sort()).to.deep.equal(
      Array.from({ length: 100 }, (_, n) => `n${n}`).sort(),
    );
    expect(connections.length).to.equal(4);
    for (const { heard } of connections) expect(heard.length).to.be.within(15, 35);
  });

  it('gives a request to the client with the fewest under way', async () => {
    const { asks, connections } = await pooled({ size: 2 });
    asks.ttsc__ask('silent a', { timeout: 60_000 });
    asks.ttsc__ask('silent b', { timeout: 60_000 });
    await asks.heard.on('connected', 2);
    asks.ttsc__ask('c');
    await asks.all(1);
    expect(connections.map(({ heard }) => heard.length).sort()).to.deep.equal([1, 2]);
    expect(asks.pool.counts.underWay).to.equal(2);
  });

  it('has no more than it may under way with one client, and the others wait in their order', async () => {
    const { app, asks, connections } = await pooled({ size: 1, requestsPerClient: 1 });
    asks.ttsc__ask('silent', { timeout: 60_000 });
    await asks.heard.on('connected');
    for (const line of ['a', 'b', 'c']) asks.ttsc__ask(line);
    await app.settled();
    expect(asks.pool.counts.waiting).to.equal(3);
    expect(connections[0]!.heard).to.deep.equal(['silent']);
    connections[0]!.say('there');
    await asks.all(4);
    expect(asks.answers).to.deep.equal(['there', '0 a', '0 b', '0 c']);
  });

  it('is asked by any Tonic that knows it, which hears its own answers alone', async () => {
    const { app, asks } = await pooled();
    const other = await app.inside(() => new Asks(() => asks.pool, 'other'));
    asks.ttsc__ask('mine');
    other.ttsc__ask('yours');
    await asks.all(1);
    await other.all(1);
    expect([asks.answers, other.answers].map(([line]) => line!.split(' ')[1])).to.deep.equal(['mine', 'yours']);
  });

  it('is asked in ttse__onFinished too: that is not asked, and leaves nothing', async () => {
    const { app, asks } = await pooled();
    class Last extends Asks {
      ttse__onFinished(): void {
        this.pool.request('last', this.ttse__onAnswer, { onError: this.ttse__onNoAnswer });
      }
    }
    const last = await app.inside(() => new Last(() => asks.pool, 'last'));
    await app.inside(() => last.ttsc__finish());
    await app.settled();
    expect([last.outcomes, asks.pool.counts.underWay, asks.pool.counts.waiting]).to.deep.equal([0, 0, 0]);
    asks.ttsc__ask('still there');
    await asks.all(1);
  });

  describe('whose clients are busy', () => {
    it('lets a request wait as long as it may, and says then that it was not sent', async () => {
      const { asks, connections } = await pooled({ size: 1, requestsPerClient: 1, waitTimeout: 200 });
      asks.ttsc__ask('silent', { timeout: 60_000, hold: false });
      await asks.heard.on('connected');
      asks.ttsc__ask('late');
      await asks.all(1);
      const error = expectCode(asks.heard.all('error')[0]![0], 'TT_POOL_TIMEOUT');
      expect(error.message).to.include('waited 200 ms').and.include('1 clients');
      expect(connections[0]!.heard).to.deep.equal(['silent']);
      expect(asks.pool.counts).to.deep.include({ waiting: 0, waitingBytes: 0, timedOut: 1, underWay: 1 });
    });

    it('says the same where the time of the request itself is up before', async () => {
      const { asks } = await pooled({ size: 1, requestsPerClient: 1 });
      asks.ttsc__ask('silent', { timeout: 60_000, hold: false });
      await asks.heard.on('connected');
      asks.ttsc__ask('late', { timeout: 100 });
      await asks.all(1);
      expect(asks.codes).to.deep.equal(['TT_POOL_TIMEOUT']);
    });

    it('refuses more than may wait, or drops the oldest', async () => {
      for (const [onMaxWaiting, answered] of [
        ['refuse', ['a', 'b']],
        ['dropOldest', ['b', 'c']],
      ] as const) {
        const { app, asks, connections } = await pooled({ size: 1, requestsPerClient: 1, maxWaiting: 2, onMaxWaiting });
        asks.ttsc__ask('silent', { timeout: 60_000 });
        await asks.heard.on('connected');
        for (const line of ['a', 'b', 'c']) asks.ttsc__ask(line);
        await app.settled();
        expect(asks.codes).to.deep.equal(['TT_POOL_FULL']);
        connections[0]!.say('0 silent');
        await asks.all(4);
        expect(asks.answers).to.deep.equal(['0 silent', ...answered.map((line) => `0 ${line}`)]);
      }
    });

    it('bounds the bytes that wait', async () => {
      const { app, asks } = await pooled({ size: 1, requestsPerClient: 1, waitingBytes: 20 });
      asks.ttsc__ask('silent', { timeout: 60_000, hold: false });
      await asks.heard.on('connected');
      for (const line of ['x'.repeat(9), 'y'.repeat(9), 'z']) asks.ttsc__ask(line, { hold: false });
      await app.settled();
      expect([asks.codes, asks.pool.counts.waitingBytes]).to.deep.equal([['TT_POOL_FULL'], 20]);
    });

    it('with maxWaiting 0 takes one request for each client that connects, and no more than have room then', async () => {
      const { app, asks } = await pooled({ size: 2, requestsPerClient: 1, maxWaiting: 0 });
      for (const line of ['silent a', 'silent b', 'c']) asks.ttsc__ask(line, { hold: false, timeout: 60_000 });
      await app.settled();
      expect(asks.codes).to.deep.equal(['TT_POOL_FULL']);
      asks.ttsc__ask('d');
      await asks.all(2);
      expect(asks.codes).to.deep.equal(['TT_POOL_FULL', 'TT_POOL_FULL']);
    });

    it('forgets one that is cancelled while it waits', async () => {
      const { app, asks, connections } = await pooled({ size: 1, requestsPerClient: 1 });
      asks.ttsc__ask('silent', { timeout: 60_000 });
      await asks.heard.on('connected');
      asks.ttsc__do(({ pool }) => pool.request('never', asks.bind('ttse__onAnswer')).cancel());
      asks.ttsc__ask('b');
      await app.settled();
      connections[0]!.say('there');
      await asks.all(2);
      expect(connections[0]!.heard).to.deep.equal(['silent', 'b']);
      expect(asks.pool.counts).to.deep.include({ asked: 3, answered: 2, cancelled: 1 });
    });
  });

  describe('with a client that fails', () => {
    it('tells the requests that are under way with it, and no others', async () => {
      const { app, asks, connections } = await pooled({ size: 2, requestsPerClient: 2 });
      for (const line of ['silent a', 'silent b']) asks.ttsc__ask(line, { timeout: 60_000 });
      await asks.heard.on('connected', 2);
      asks.ttsc__ask('close');
      await asks.heard.on('disconnected');
      await app.settled();
      expect(new Set(asks.codes)).to.deep.equal(new Set(['TT_REQUEST_LOST']));
      const left = 3 - asks.outcomes;
      expect(left).to.be.within(1, 2);
      for (const connection of connections) for (let n = 0; n < 2; n++) connection.say('there');
      await asks.all(3);
      expect(asks.answers.length).to.equal(left);
    });

    it('makes another one for the next request', async () => {
      const { asks, connections } = await pooled({ size: 1 });
      asks.ttsc__ask('hello');
      asks.ttsc__ask('close');
      asks.ttsc__ask('silent');
      await asks.all(3);
      asks.ttsc__ask('again');
      await asks.all(4);
      expect([asks.answers, asks.codes]).to.deep.equal([
        ['0 hello', '1 again'],
        ['TT_REQUEST_LOST', 'TT_REQUEST_LOST'],
      ]);
      expect(connections.length).to.equal(2);
    });

    it('sends what may be repeated once more, and only once', async () => {
      const { asks, connections } = await pooled({ size: 1 });
      asks.ttsc__ask('close', { repeatable: true });
      await asks.all(1);
      expect(asks.codes).to.deep.equal(['TT_REQUEST_LOST']);
      expect(connections.map(({ heard }) => heard)).to.deep.equal([['close'], ['close']]);
    });

    it('fails a request that has half of its answer, one whose answer is garbage, and no other', async () => {
      const { asks } = await pooled({ size: 1, requestsPerClient: 1 });
      asks.ttsc__ask('half');
      await asks.all(1);
      asks.ttsc__ask('garbage', { timeout: 500 });
      await asks.all(2);
      asks.ttsc__ask('well', { timeout: 60_000 });
      await asks.all(3);
      expect(asks.answers.map((line) => line.split(' ')[1])).to.deep.equal(['well']);
      expect(asks.codes[0]).to.equal('TT_REQUEST_LOST');
    });

    it('takes an answer that came twice for no answer to another request', async () => {
      const { app, asks } = await pooled({ size: 1 });
      asks.ttsc__ask('twice');
      await asks.all(1);
      await app.settled();
      asks.ttsc__ask('next');
      await asks.all(2);
      expect(asks.answers).to.deep.equal(['0 twice', '0 next']);
    });

    it('gives up the connection of one whose requests are not answered, after so many in a row', async () => {
      const { asks, connections } = await pooled({ size: 1, maxTimeouts: 2 });
      asks.ttsc__ask('silent 1', { timeout: 100 });
      asks.ttsc__ask('silent 2', { timeout: 200 });
      asks.ttsc__ask('silent 3', { timeout: 60_000 });
      await asks.all(3);
      expect(asks.codes).to.deep.equal(['TT_REQUEST_TIMEOUT', 'TT_REQUEST_TIMEOUT', 'TT_REQUEST_LOST']);
      asks.ttsc__ask('again');
      await asks.all(4);
      expect([asks.answers, asks.pool.counts.replaced, connections.length]).to.deep.equal([['1 again'], 1, 2]);
    });

    it('does not choose one that has left a request unanswered, where another one is there', async () => {
      const { asks, connections } = await pooled({ size: 2, requestsPerClient: 1 });
      asks.ttsc__ask('silent', { timeout: 100 });
      asks.ttsc__ask('first');
      await asks.all(2);
      const silent = connections.find(({ heard }) => heard[0] === 'silent')!;
      silent.say('late');
      for (let n = 0; n < 3; n++) {
        asks.ttsc__ask(`n${n}`);
        await asks.all(3 + n);
      }
      expect(asks.answers).to.not.include('late');
    });

    it('does not fail where a client does, and makes another one', async () => {
      let made = 0;
      class Fails extends TcpClient.with({ framing }) {
        ttse__onConnected(): void {
          if (made++ === 0) throw new Error('the first one fails');
        }
      }
      const { app, port } = await pooled();
      const client = (): Fails => new Fails({ port, host: '127.0.0.1' });
      const other = await app.inside(() => new Asks(() => new TcpClientPool({ client, retryDelay: 10 }), 'other'));
      other.ttsc__ask('hello');
      await other.all(1);
      expect([other.answers.length, made]).to.deep.equal([1, 2]);
    });

    it('waits longer and longer before it makes another one for one that ended unanswered', async function () {
      if (stage().isReal) this.skip();
      const { app, asks, server } = await pooled(
        { size: 1, retryDelay: 100, retryCap: 400, waitTimeout: 10_000 },
        { retries: 0 },
      );
      await app.inside(() => server.ttsc__finish());
      await app.settled();
      asks.ttsc__ask('nobody there', { timeout: 3_000 });
      await asks.all(1);
      const error = expectCode(asks.heard.all('error')[0]![0], 'TT_POOL_TIMEOUT');
      expect(error.message).to.include('Nothing listens');
      expect(asks.heard.count('disconnected')).to.be.within(7, 16);
    });

    it('takes the end of all of its clients for one failure', async () => {
      const { asks, connections } = await pooled({ size: 8, requestsPerClient: 1, retryDelay: 50, retryCap: 5_000 });
      for (let n = 0; n < 8; n++) asks.ttsc__ask('close', { timeout: 60_000 });
      await asks.all(8);
      asks.ttsc__ask('again', { timeout: 1_000 });
      await asks.all(9);
      expect([asks.answers.length, connections.length]).to.deep.equal([1, 9]);
    });

    it('has an answer for a request whose deadline is shorter than the connect, and none that comes later', async () => {
      const { asks, connections } = await pooled({ size: 1 });
      asks.ttsc__ask('hasty', { timeout: 0 });
      await asks.all(1);
      expect(asks.codes).to.deep.equal(['TT_POOL_TIMEOUT']);
      asks.ttsc__ask('patient');
      await asks.all(2);
      expect(connections[0]!.heard).to.deep.equal(['patient']);
    });
  });

  describe('that looks after the health of its clients', () => {
    const health = { request: 'ping', interval: 1_000, timeout: 200 };

    it('asks each one when it has connected, before all others', async () => {
      const { asks, connections } = await pooled({ health });
      asks.ttsc__ask('a');
      await asks.all(1);
      expect(connections[0]!.heard).to.deep.equal(['ping', 'a']);
    });

    it('gives no request to one whose answer it does not accept, until it does', async () => {
      let asked = 0;
      const { asks, connections } = await pooled({ size: 1, health: { ...health, accepts: () => ++asked === 3 } });
      asks.ttsc__ask('a');
      await asks.all(1);
      expect(connections[0]!.heard).to.deep.equal(['ping', 'ping', 'ping', 'a']);
    });

    it('gives up the connection of one that does not answer', async () => {
      const { asks, connections } = await pooled({ size: 1, health: { ...health, request: 'silent' } });
      asks.ttsc__ask('a', { timeout: 500 });
      await asks.all(1);
      expect(asks.codes).to.deep.equal(['TT_POOL_TIMEOUT']);
      expect(connections.length).to.be.within(2, 4);
    });

    it('takes a check that throws for no health, says so, and goes on', async () => {
      const throws = (): boolean => {
        throw new Error('no such answer');
      };
      const { app, asks } = await pooled({ size: 1, health: { ...health, accepts: throws } });
      asks.ttsc__ask('a', { timeout: 500 });
      await asks.all(1);
      expect(asks.codes).to.deep.equal(['TT_POOL_TIMEOUT']);
      expect(JSON.stringify(app.lines)).to.include('cannot tell the health');
    });
  });

  describe('whose clients have nothing to do', () => {
    it('closes them, but for those that it keeps, and opens others when they are needed', async () => {
      const { asks, connections } = await pooled({ size: 3, keep: 1, requestsPerClient: 1, idleTimeout: 1_000 });
      for (const line of ['a', 'b', 'c']) asks.ttsc__ask(line);
      await asks.all(3);
      expect(asks.pool.counts.clients).to.equal(3);
      await asks.heard.on('disconnected', 2);
      await asks.heard.until(() => asks.pool.counts.clients === 1, 'one client').catch(() => {});
      expect(asks.pool.counts).to.deep.include({ clients: 1, ready: 1 });
      asks.ttsc__ask('d');
      await asks.all(4);
      expect(connections.length).to.equal(3);
    });
  });

  describe('that finishes', () => {
    it('waits for the answers to what it has, and takes no more', async () => {
      const { app, asks, connections } = await pooled({ size: 1, requestsPerClient: 1 });
      asks.ttsc__ask('silent', { timeout: 60_000 });
      asks.ttsc__ask('waits', { timeout: 60_000 });
      await asks.heard.on('connected');
      asks.ttsc__do(({ pool }) => pool.ttsc__finish());
      await app.settled();
      expect(asks.outcomes).to.equal(0);
      connections[0]!.say('there');
      await asks.all(2);
      expect(asks.answers).to.deep.equal(['there', '0 waits']);
      await app.settled();
      asks.ttsc__ask('too late');
      await asks.all(3);
      expect(asks.codes).to.deep.equal(['TT_ASK_GONE']);
    });

    it('fails what is left when its time is up: each once', async () => {
      const { app, asks } = await pooled({ size: 1, requestsPerClient: 1, drainTimeout: 300 });
      for (const line of ['silent', 'b', 'c']) asks.ttsc__ask(line, { timeout: 60_000 });
      await asks.heard.on('connected');
      asks.ttsc__do(({ pool }) => pool.ttsc__finish());
      await asks.all(3);
      await app.settled();
      expect(asks.codes.length).to.equal(3);
      expect(asks.pool.counts).to.deep.include({ underWay: 0, waiting: 0, failed: 3 });
    });
  });

  it('refuses what makes no client of its own, and goes on', async () => {
    class NoClient extends Tonic {}
    const { app, asks, port } = await pooled();
    expectThrow(() => new TcpClientPool({ client: NoClient as never }), 'TT_BAD_OPTION');
    expectThrow(() => new TcpClientPool({ client: TcpClient as never }), 'TT_BAD_OPTION');
    const before = await app.inside((ear) => new TcpClient({ port, base: ear }));
    for (const [client, problem] of [
      [() => new Tonic(), 'something else than a TcpClient'],
      [() => new TcpClient({ port, protocol: TcpConnection }), '"protocol"'],
      [() => before, 'another base'],
    ] as const) {
      const pool = await app.inside(() => new TcpClientPool({ client: client as never }));
      const thrown = await thrownIn(app, asks, () => pool.request('a', asks.bind('ttse__onAnswer')));
      expect(expectCode(thrown, 'TT_BAD_OPTION').message).to.include(problem);
      expect(pool.counts).to.deep.include({ clients: 0, asked: 0 });
    }
  });

  it('throws at the call what is no frame of its clients, and asks nothing', async () => {
    const { app, asks } = await pooled();
    const thrown = await thrownIn(app, asks, () => asks.pool.request('a\nb', asks.bind('ttse__onAnswer')));
    expectCode(thrown, 'TT_FRAME_NOT_ENCODED');
    expect(asks.pool.counts).to.deep.include({ asked: 0, underWay: 0, waiting: 0 });
  });
});
