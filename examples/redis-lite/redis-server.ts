import { type TaskTonicError, TcpConnection, TcpServer, TimerRepeat, Tonic } from 'tasktonic';
import { respCommands } from 'tasktonic/framing';
import type { Serving } from '../shared/serving.js';
import { error, run } from './commands.js';
import { Keys } from './keys.js';

/** Any byte is a character of its own, so that keys and values are texts. */
const framing = respCommands({ encoding: 'latin1', max: 1_048_576, onTooLong: 'close' });

/** One client. What is no command ends its connection, behind all answers and a word about it. */
export class RedisConnection extends TcpConnection.with({ framing }) {
  constructor(protected readonly keys: Keys) {
    super();
  }

  ttse__onFrame(words: string[]): void {
    this.sendFrame(run(this.keys, words));
  }

  override ttse__onError({ code, details }: TaskTonicError): void {
    if (code === 'TT_BAD_FRAME') this.sendFrame(error(`ERR Protocol error: ${details['problem']}`));
    if (code === 'TT_FRAME_TOO_LONG') this.sendFrame(error('ERR Protocol error: too big command'));
  }
}

/** Serves the same keys at all its places. */
export class RedisServer extends Tonic {
  readonly keys: Keys;

  constructor(
    private readonly places: readonly Serving[],
    { maxKeys = 1_000_000, maxBytes = 268_435_456 } = {},
  ) {
    super();
    const { clock } = this.catalyst;
    this.keys = new Keys(() => clock.now(), maxKeys, maxBytes);
  }

  ttse__onStart(): void {
    const protocol = (): RedisConnection => this.connection();
    for (const place of this.places) new TcpServer({ ...place, maxConnections: 10_000, protocol });
    new TimerRepeat({ seconds: 10, name: 'sweep' });
  }

  protected connection(): RedisConnection {
    return new RedisConnection(this.keys);
  }

  ttse__onSweep(): void {
    this.keys.sweep();
  }
}
