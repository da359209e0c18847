import { expect } from 'chai';
import { type ListenInfo, TcpClient } from 'tasktonic';
import { respCommands } from 'tasktonic/framing';
import { type Distiller, type Fault, explore } from 'tasktonic/testing';
import { run } from '../../examples/redis-lite/commands.js';
import { Keys } from '../../examples/redis-lite/keys.js';
import { RedisConnection, RedisServer } from '../../examples/redis-lite/redis-server.js';
import { onRealSockets } from '../support/stage.js';
import { Served, needsProgram, printed } from './support/real-client.js';

describe('the commands of redis-lite', () => {
  let now: number;
  let keys: Keys;

  beforeEach(() => {
    now = 0;
    keys = new Keys(() => now, 10, 3_000);
  });

  const says = (line: string): unknown => run(keys, line.split(' '));

  it('set, get, delete and count, whatever the case of their names', () => {
    expect(says('set a 1')).to.deep.equal({ status: 'OK' });
    expect(says('GET a')).to.equal('1');
    expect(says('Incr a')).to.equal(2n);
    expect(says('INCR new')).to.equal(1n);
    expect(says('DEL a new none')).to.equal(2);
    expect(says('GET a')).to.equal(null);
    expect([keys.size, keys.bytes]).to.deep.equal([0, 0]);
  });

  it('let a key go when its time has come, and not before', () => {
    says('SET a 1 EX 10');
    says('SET b 1');
    expect([says('EXPIRE b 5'), says('EXPIRE none 5'), says('TTL b')]).to.deep.equal([1, 0, 5]);
    now = 4_999;
    expect([says('GET b'), says('INCR b')]).to.deep.equal(['1', 2n]);
    now = 5_000;
    expect([says('GET b'), says('DEL b'), says('TTL b'), says('TTL a')]).to.deep.equal([null, 0, -2, 5]);
    says('SET a 2');
    expect(says('TTL a')).to.equal(-1);
    says('EXPIRE a -1');
    keys.sweep();
    expect([keys.size, keys.bytes]).to.deep.equal([0, 0]);
  });

  for (const [line, error] of [
    ['nonsense a', "ERR unknown command 'nonsense', with args beginning with: 'a' "],
    ['GET', "ERR wrong number of arguments for 'get' command"],
    ['GET a b', "ERR wrong number of arguments for 'get' command"],
    ['SET a', "ERR wrong number of arguments for 'set' command"],
    ['SET a 1 NOW', 'ERR syntax error'],
    ['SET a 1 EX 0', "ERR invalid expire time in 'set' command"],
    ['SET a 1 EX x', 'ERR value is not an integer or out of range'],
    ['INCR text', 'ERR value is not an integer or out of range'],
    ['INCR most', 'ERR increment or decrement would overflow'],
    ['EXPIRE a soon', 'ERR value is not an integer or out of range'],
    ['CONFIG SET maxmemory 1', "ERR unknown subcommand 'SET'. Try CONFIG HELP."],
  ] as const) {
    it(`refuse ${line} in the words of Redis`, () => {
      says('SET text x');
      says('SET most 9223372036854775807');
      expect(says(line)).to.deep.equal({ error });
    });
  }

  it('show no line end of a peer in an error', () => {
    expect(run(keys, ['a\r\n+OK'])).to.deep.equal({
      error: "ERR unknown command 'a  +OK', with args beginning with: ",
    });
  });

  it('keep no more keys than there may be, and no more bytes', () => {
    const oom = { error: "OOM command not allowed when used memory > 'maxmemory'." };
    for (let nr = 0; nr < 10; nr++) expect(says(`SET key${nr} x`)).to.deep.equal({ status: 'OK' });
    expect([says('SET more x'), says('INCR other'), says('SET key0 y')]).to.deep.equal([oom, oom, { status: 'OK' }]);
    expect(says(`SET key1 ${'x'.repeat(2_500)}`)).to.deep.equal(oom);
    expect(says('GET key1')).to.equal('x');
  });
});

describe('redis-lite', () => {
  onRealSockets('its clients are programs');
  let served: Served;

  beforeEach(async () => {
    served = await Served.start((listening) => {
      class Listening extends RedisServer {
        ttse__onListening(info: ListenInfo): void {
          listening(info);
        }
      }
      return new Listening([{ host: '127.0.0.1', port: 0 }], { maxKeys: 2 });
    });
  });
  afterEach(() => served.end());

  it('answers redis-cli', async function () {
    needsProgram(this, 'redis-cli');
    const lines = 'SET key "a value"\nGET key\nGET none\nINCR n\nSET other x\nCONFIG GET maxmemory\nPING\nNONE x\n';
    expect((await printed('redis-cli', ['--no-raw', '-p', String(served.port)], lines)).split('\n')).to.deep.equal([
      'OK',
      '"a value"',
      '(nil)',
      '(integer) 1',
      "(error) OOM command not allowed when used memory > 'maxmemory'.",
      '1) "maxmemory"',
      '2) "268435456"',
      'PONG',
      "(error) ERR unknown command 'NONE', with args beginning with: 'x' ",
      '',
    ]);
    expect(await printed('redis-cli', ['-p', String(served.port), 'INFO'])).to.include('used_memory:');
  });

  it('serves redis-benchmark, pipelined too', async function () {
    needsProgram(this, 'redis-benchmark');
    this.timeout(20_000);
    for (const pipeline of ['1', '16']) {
      const args = ['-p', String(served.port), '-t', 'set,get,incr', '-n', '400', '-c', '8', '-P', pipeline, '--csv'];
      const report = await printed('redis-benchmark', args);
      expect(report)
        .to.match(/"SET",.*\n"GET",.*\n"INCR",/)
        .and.not.match(/error/i);
    }
  });

  it('ends a connection that sends something else, with a word about it and behind all answers, and no other', async function () {
    needsProgram(this, 'socat');
    const address = `TCP:127.0.0.1:${served.port}`;
    expect(await printed('socat', ['-t', '5', '-', address], 'PING\r\n*1\r\n+PING\r\nPING\r\n')).to.equal(
      "+PONG\r\n-ERR Protocol error: expected '$', got '+'\r\n",
    );
    expect(await printed('socat', ['-t', '5', '-', address], '*1\r\n$2000000\r\n')).to.equal(
      '-ERR Protocol error: too big command\r\n',
    );
    expect(await printed('socat', ['-t', '5', '-', address], 'PING\r\n')).to.equal('+PONG\r\n');
  });
});

/** Takes each piece that comes for whole commands: which is so until one is cut. */
class Hasty extends RedisConnection {
  ttse__onConnected(): void {
    this.setFraming(undefined);
  }
  ttse__onData(data: Buffer): void {
    const framing = respCommands({ encoding: 'latin1' });
    const decoder = framing.decoder();
    decoder.push(data);
    for (let words = decoder.next(); words !== undefined; words = decoder.next())
      this.send(framing.encode(run(this.keys, words)));
  }
  override ttse__onError(): void {}
}

class HastyServer extends RedisServer {
  protected override connection(): RedisConnection {
    return new Hasty(this.keys);
  }
}

/** Counts to twenty, all in one. */
class Counts extends TcpClient {
  heard = '';
  ttse__onConnected(): void {
    this.send('*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n'.repeat(20));
  }
  ttse__onData(data: Buffer): void {
    this.heard += String(data);
  }
  ttse__onError(): void {}
}

describe('redis-lite on a bad network', () => {
  const counting = (Server: typeof RedisServer) => async (distiller: Distiller) => {
    await distiller.join(() => void new Server([{ port: 6379 }]), { host: 'server' });
    await distiller.settle();
    await distiller.join(() => void new Counts({ name: 'counts', host: 'server', port: 6379 }), { host: 'client' });
    distiller.network.between('server', 'client', { latency: 5, jitter: 5, loss: 0.02, split: 'random' });
    await distiller.advance('1m');
    const all = Array.from({ length: 20 }, (_, nr) => `:${nr + 1}\r\n`).join('');
    expect(distiller.find<Counts>('counts')!.heard).to.equal(all);
  };

  it('answers all that is asked, in its order', async () => {
    const { faults } = await explore({ runs: 10 }, counting(RedisServer));
    expect(faults).to.have.property('split');
  });

  it('is found out where it takes a piece of a command for a whole one', async () => {
    const failure: unknown = await explore({ runs: 20 }, counting(HastyServer)).catch((error: unknown) => error);
    const { code, details } = failure as { code?: string; details?: Record<string, unknown> };
    expect(code).to.equal('TT_EXPLORE_FAILED');
    expect((details?.['faults'] as Fault[]).map(({ kind }) => kind)).to.include('split');
  });
});
