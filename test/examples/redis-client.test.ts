import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { Formula, type FormulaData, type ListenInfo, Tonic } from 'tasktonic';
import { Redis, type RedisOptions, type Reply, isError } from '../../examples/redis-lite/redis-client.js';
import { RedisServer } from '../../examples/redis-lite/redis-server.js';
import { freePort } from '../support/peers.js';
import { onRealSockets } from '../support/stage.js';
import { Served, needsProgram } from './support/real-client.js';

const MANY = 200;

/** Counts in Redis with many requests at once, and asks for things that are refused. */
class Shop extends Tonic {
  readonly counted: Reply[] = [];
  readonly heard: Reply[] = [];
  readonly errors: Error[] = [];
  #left = MANY;

  constructor(
    private readonly to: RedisOptions,
    private readonly over: (shop: Shop) => void,
    private readonly timeout = 15_000,
  ) {
    super();
  }
  ttse__onStart(): void {
    const redis = new Redis({ ...this.to, size: 3 });
    const options = { onError: this.bind('ttse__onNoAnswer'), timeout: this.timeout };
    for (let n = 0; n < MANY; n++) redis.request(['INCR', 'count'], this.ttse__onCount, options);
    redis.request(['SET', 'name', 'pears'], this.ttse__onReply, options);
    redis.request(['INCR', 'name'], this.ttse__onReply, options);
    redis.get('none', this.ttse__onReply, options);
  }
  ttse__onCount(reply: Reply): void {
    this.counted.push(reply);
    this.#done();
  }
  ttse__onReply(reply: Reply): void {
    this.heard.push(reply);
  }
  ttse__onNoAnswer(error: Error): void {
    this.errors.push(error);
    this.#done();
  }
  ttse__onError(): void {}
  #done(): void {
    if (--this.#left === 0) this.ttsc__finish();
  }
  ttse__onFinished(): void {
    this.over(this);
  }
}

/** What a Shop has heard that was there until all was answered. */
async function shopped(to: RedisOptions, timeout?: number): Promise<Shop> {
  let shop: Shop | undefined;
  class App extends Formula {
    protected override creatingFormula(): FormulaData {
      return { log: { to: 'off' }, shutdown: { signals: false } };
    }
    protected override creatingStartingTonics(): void {
      new Shop(to, (over) => (shop = over), timeout);
    }
  }
  await App.run();
  return shop!;
}

function expectAllCounted({ counted, errors }: Shop): void {
  expect(errors).to.deep.equal([]);
  expect(counted.map(Number).sort((one, other) => one - other)).to.deep.equal(
    Array.from({ length: MANY }, (_, n) => n + 1),
  );
}

describe('the client of redis-lite', () => {
  onRealSockets('its servers are programs');
  let redis: ChildProcess | undefined;
  let served: Served | undefined;

  afterEach(async () => {
    if (redis?.exitCode === null && redis.kill()) await once(redis, 'exit');
    await served?.end();
    redis = served = undefined;
  });

  const startRedis = async (...more: string[]): Promise<number> => {
    const port = await freePort();
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...more];
    redis = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    for await (const text of redis.stdout!) if (String(text).includes('Ready to accept connections')) break;
    return port;
  };

  it('asks a real redis-server, with many requests at once', async function () {
    needsProgram(this, 'redis-server');
    const shop = await shopped({ port: await startRedis('--requirepass', 'secret'), password: 'secret', database: 1 });
    expectAllCounted(shop);
    expect(shop.heard.map((reply) => (isError(reply) ? reply.error.split(' ')[0] : reply))).to.have.deep.members([
      { status: 'OK' },
      'ERR',
      null,
    ]);
  });

  it('fails each request once where a real redis-server refuses it', async function () {
    needsProgram(this, 'redis-server');
    const shop = await shopped({ port: await startRedis('--requirepass', 'secret'), password: 'wrong' }, 300);
    expect(shop.counted).to.deep.equal([]);
    expect(shop.errors.length).to.be.within(MANY, MANY + 3);
  });

  it('asks redis-lite', async () => {
    served = await Served.start((listening) => {
      class Listening extends RedisServer {
        ttse__onListening(info: ListenInfo): void {
          listening(info);
        }
      }
      return new Listening([{ host: '127.0.0.1', port: 0 }]);
    });
    const shop = await shopped({ port: served.port });
    expectAllCounted(shop);
    expect(shop.heard).to.have.deep.members([
      { status: 'OK' },
      { error: 'ERR value is not an integer or out of range' },
      null,
    ]);
  });
});
