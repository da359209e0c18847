import type { RecordableHistogram } from 'node:perf_hooks';
import { TcpClient, TimerRepeat } from 'tasktonic';

/** Says something to the echo server 200 times a second, and keeps how long each answer took, in microseconds. */
export class Probe extends TcpClient {
  #sentAt = 0;
  #waiting = false;

  constructor(
    port: number,
    private readonly times: RecordableHistogram,
  ) {
    super({ host: '127.0.0.1', port, retries: 0 });
  }

  ttse__onConnected(): void {
    new TimerRepeat({ seconds: 0.005, name: 'tick' });
  }

  /** Each when the last has come back. */
  ttse__onTick(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    this.#sentAt = performance.now();
    this.send('!');
  }

  ttse__onData(_answer: Buffer): void {
    this.#waiting = false;
    this.times.record(Math.max(Math.round((performance.now() - this.#sentAt) * 1000), 1));
  }
}
