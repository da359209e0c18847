import { type Framing, type RespCommand, type RespReplyOf, respReplies } from 'tasktonic/framing';
import { type PoolRequestOptions, TcpClient, TcpClientPool } from 'tasktonic';

/** What Redis answers: `{ error: 'WRONGTYPE ...' }` is an answer, too. */
export type Reply = RespReplyOf<'utf8'>;

export interface RedisOptions {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly password?: string | undefined;
  /** The number of the database. Default: 0. */
  readonly database?: number | undefined;
  /** The most connections. */
  readonly size?: number | undefined;
}

/** A sparkle that hears a reply. */
type Hears = { heard(reply: Reply): void }['heard'];

const framing: Framing<Reply, RespCommand> = respReplies({ max: 16_777_216, onTooLong: 'close' });

/** One connection. It says who it is before all that others ask. */
class RedisClient extends TcpClient.with({ framing }) {
  readonly #hello: readonly RespCommand[];

  constructor({ host = '127.0.0.1', port = 6379, password, database }: RedisOptions) {
    super({ host, port, retries: 3 });
    this.#hello = [
      ...(password === undefined ? [] : [['AUTH', password]]),
      ...(database === undefined ? [] : [['SELECT', database]]),
    ];
  }

  ttse__onConnected(): void {
    for (const command of this.#hello) this.request(command, this.ttse__onHello);
  }

  ttse__onHello(reply: Reply): void {
    if (isError(reply)) throw new Error(`Redis refuses: ${reply.error}`);
  }
}

/** Connections to a Redis, for all who ask: `redis.request(['GET', 'key'], this.ttse__onValue, { onError: this.ttse__onNoValue })`. */
export class Redis extends TcpClientPool<Reply, RespCommand> {
  constructor({ size = 4, ...to }: RedisOptions = {}) {
    const health = { request: ['PING'], accepts: (reply: Reply) => !isError(reply) };
    super({ client: () => new RedisClient(to), size, requestsPerClient: 1_000, health });
  }

  /** Asks for a value: `null` where there is none. It may be asked for twice. */
  get(key: string, onValue: Hears, options: PoolRequestOptions = {}): void {
    this.request(['GET', key], onValue, { repeatable: true, ...options });
  }
}

export function isError(reply: Reply): reply is { readonly error: string } {
  return typeof reply === 'object' && reply !== null && 'error' in reply;
}
