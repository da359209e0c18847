// Checked by `tsc -p tsconfig.json`, never run: what the compiler must refuse stands under @ts-expect-error, and all else
// must pass.
import {
  type Hears,
  type PoolCounts,
  type PoolQuestion,
  type Question,
  type SrvRecord,
  TcpClient,
  TcpClientPool,
  TcpConnection,
  Tonic,
} from '../../src/index.js';
import { type RespCommand, type RespReplyOf, jsonLines, lines, respReplies } from '../../src/framing/index.js';

interface Price {
  readonly price: number;
}

class Lines extends TcpClient.with({ states: ['a', 'b'], framing: lines() }) {
  constructor() {
    super({ port: 1 });
  }
}
class Prices extends TcpClient.with({ framing: jsonLines<Price>() }) {}

export class Asks extends Tonic implements Hears<TcpClient> {
  ttse__onStart(): void {
    const pool = new TcpClientPool({
      client: Lines,
      size: 2,
      health: { request: 'PING', accepts: (line) => line.length > 0 },
    });
    const asked: PoolQuestion = pool.request('a', this.ttse__onLine, { onError: this.ttse__onNone, key: 5 });
    const plain: Question = asked;
    plain.cancel();
    pool.request('a', this.ttse__onNothing, { timeout: 5, hold: false, repeatable: true });
    const { answered, waiting }: PoolCounts = pool.counts;
    const prices = new TcpClientPool({ client: () => new Prices({ hosts: [{ host: 'a', port: 1 }] }) });
    prices.request({ price: 1 }, this.ttse__onPrice);
    const redis = new TcpClientPool<RespReplyOf<'utf8'>, RespCommand>({
      client: () => new TcpClient({ port: 1, framing: respReplies() }),
    });
    redis.request(['SET', 'key', 5, 7n, Buffer.alloc(1)], this.ttse__onReply);

    // @ts-expect-error a frame of lines is a text
    pool.request(5, this.ttse__onLine);
    // @ts-expect-error it hears a price
    pool.request('a', this.ttse__onPrice);
    // @ts-expect-error no such option
    pool.request('a', this.ttse__onLine, { repeat: true });
    // @ts-expect-error a price is a number
    prices.request({ price: 'a' }, this.ttse__onPrice);
    // @ts-expect-error a command is a list of words
    redis.request('PING', this.ttse__onReply);
    // @ts-expect-error a word is no list
    redis.request([['PING']], this.ttse__onReply);
    // @ts-expect-error a client is needed
    new TcpClientPool({ size: 2 });
    // @ts-expect-error a connection is no client
    new TcpClientPool({ client: TcpConnection });
    // @ts-expect-error it needs options: give a function
    new TcpClientPool({ client: Prices });
    // @ts-expect-error what is sent is a text
    new TcpClientPool({ client: Lines, health: { request: 5 } });
    // @ts-expect-error it is one of two words
    new TcpClientPool({ client: Lines, onMaxWaiting: 'drop' });
    void [answered, waiting];
  }

  places(): void {
    const resolveSrv = async (): Promise<SrvRecord[]> => Promise.resolve([]);
    new TcpClient({ hosts: [{ host: 'a', port: 1 }], order: 'roundRobin', localAddress: '10.0.0.1' });
    new TcpClient({ srv: '_a._tcp.b', resolveSrv });
    // @ts-expect-error one of them
    new TcpClient({ hosts: [{ host: 'a', port: 1 }], port: 1 });
    // @ts-expect-error one of them
    new TcpClient({ srv: '_a._tcp.b', path: '/a' });
    // @ts-expect-error there is nothing to order
    new TcpClient({ port: 1, order: 'firstAlive' });
    // @ts-expect-error a port is needed
    new TcpClient({ hosts: [{ host: 'a' }] });
    // @ts-expect-error it must promise
    new TcpClient({ srv: '_a._tcp.b', resolveSrv: () => [] });
  }

  ttse__onLine(line: string, request: PoolQuestion): void {
    this.log.info({ request: request.sparkle }, line);
  }
  ttse__onPrice({ price }: Price): void {
    this.log.info(String(price));
  }
  ttse__onReply(reply: RespReplyOf<'utf8'>): void {
    // @ts-expect-error it may be something else
    const text: string = reply;
    void text;
  }
  ttse__onNothing(): void {}
  ttse__onNone(error: Error, request: PoolQuestion): void {
    this.log.warn(error);
    request.cancel();
  }
  ttse__onError(client: TcpClient, error: Error): void {
    this.log.warn(error, client.name);
  }
}
