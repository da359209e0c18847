import { type TaskTonicError, TcpConnection, TimerRepeat } from 'tasktonic';
import { respCommands } from 'tasktonic/framing';
import { Served } from '../shared/served.js';
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
export class RedisServer extends Served {
  protected override readonly limits = { maxConnections: 10_000 };
  readonly keys: Keys;

  constructor(places: readonly Serving[], { maxKeys = 1_000_000, maxBytes = 268_435_456 } = {}) {
    super(places, 'redis-lite');
    const { clock } = this.catalyst;
    this.keys = new Keys(() => clock.now(), maxKeys, maxBytes);
  }

  override ttse__onStart(): void {
    super.ttse__onStart();
    new TimerRepeat({ seconds: 10, name: 'sweep' });
  }

  protected connection(): RedisConnection {
    return new RedisConnection(this.keys);
  }

  ttse__onSweep(): void {
    this.keys.sweep();
  }
}
