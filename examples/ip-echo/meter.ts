import { createHistogram } from 'node:perf_hooks';

/** Counts round trips and keeps the spread of their times. */
export class Meter {
  readonly #times = createHistogram();
  readonly #startedAt = performance.now();
  #bytes = 0;

  get messages(): number {
    return this.#times.count;
  }

  /** One message has come back; `ms` since it was sent. */
  returned(bytes: number, ms: number): void {
    this.#bytes += bytes;
    this.#times.record(Math.max(Math.round(ms * 1000), 1));
  }

  /** `12,345 messages   6,172/s   0.38 MB/s   p50 0.155 ms   p99 0.402 ms` */
  toString(): string {
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const rate = Math.round(this.messages / seconds).toLocaleString('en');
    const speed = (this.#bytes / seconds / 1e6).toFixed(2);
    const ms = (percentile: number): string => (this.#times.percentile(percentile) / 1000).toFixed(3);
    return `${this.messages.toLocaleString('en')} messages   ${rate}/s   ${speed} MB/s   p50 ${ms(50)} ms   p99 ${ms(99)} ms`;
  }
}
