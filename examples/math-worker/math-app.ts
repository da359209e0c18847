import {
  type ListenInfo,
  type Remote,
  TcpConnection,
  TcpServer,
  TimerPausing,
  TimerRepeat,
  TimerSingleShot,
  Tonic,
} from 'tasktonic';
import { ChunkedWorker } from './chunked-worker.js';
import type { Counter, CounterClient } from './counter.js';
import { Display } from './display.js';
import { Figures, percentOf } from './figures.js';
import { Keys } from './keys.js';
import { MathWorker } from './math-worker.js';
import { Probe } from './probe.js';

export interface MathOptions {
  /** Counts the primes below it. */
  readonly below: number;
  readonly chunked: boolean;
  /** Calculates in the main thread, to see the difference. */
  readonly here: boolean;
  /** Cancels a calculation that takes longer. */
  readonly cancelAfter: number | undefined;
  /** Ends by itself. */
  readonly seconds: number | undefined;
  readonly port: number;
  /** Whether the figures are shown on one line that changes. */
  readonly live: boolean;
  /** Whether keys are listened to. */
  readonly keys: boolean;
}

class Echo extends TcpConnection {
  ttse__onData(data: Buffer): void {
    this.send(data);
  }
}

/** Has one calculation after the other made in a thread, and answers TCP meanwhile. */
export class MathApp extends Tonic.with({ states: ['opening', 'working'] }) implements CounterClient {
  readonly #figures = new Figures();
  readonly #display: Display;
  #worker!: Remote<Counter>;
  #patience: TimerPausing | undefined;
  #cancelledAt = 0;

  constructor(private readonly options: MathOptions) {
    super({ name: 'app' });
    this.#display = new Display(options.live);
  }

  ttse__onStart(): void {
    this.toState('opening');
    new TcpServer({ port: this.options.port, host: '127.0.0.1', protocol: Echo });
  }

  ttse_opening__onError(_server: Tonic, error: Error): void {
    console.error(error.message);
    process.exitCode = 1;
    this.ttsc__finish();
  }

  ttse_opening__onListening({ port }: ListenInfo): void {
    const { below, chunked, here, seconds, cancelAfter, live, keys } = this.options;
    const hint = !keys ? '' : chunked ? ' (c cancels, q ends)' : ' (q ends)';
    const how = `${chunked ? ' in chunks' : ''}, in ${here ? 'the main' : 'a'} thread`;
    this.#display.say(`counting the primes below ${below.toLocaleString('en')}${how}${hint}`);
    this.#display.say(`echoing TCP on 127.0.0.1 port ${port}`);
    new Probe(port, this.#figures.roundTrips);
    new TimerRepeat({ seconds: live ? 0.1 : 1, name: 'show' });
    if (keys) new Keys();
    if (seconds !== undefined) new TimerSingleShot({ seconds, name: 'enough' });
    if (cancelAfter !== undefined) this.#patience = new TimerPausing({ seconds: cancelAfter, name: 'patience' });
    this.#worker = this.#makeWorker();
    this.toState('working');
  }

  /** A Tonic of this thread can stand where a Remote is wanted. Long sparkles are meant here: in mode `off` they are not flagged. */
  #makeWorker(): Remote<Counter> {
    const { chunked, here } = this.options;
    const options = { name: 'worker', logMode: 'off' } as const;
    if (chunked) return here ? new ChunkedWorker(options) : ChunkedWorker.spawn(options);
    return here ? new MathWorker(options) : MathWorker.spawn(options);
  }

  ttse_working__onEnter(): void {
    this.#begin();
  }

  #begin(): void {
    this.#patience?.restart();
    this.#worker.ttsc__count(this.options.below);
  }

  // ---- What the worker tells ----

  ttse__onCounted(_primes: number, ms: number): void {
    this.#figures.counted(ms);
    this.#begin();
  }

  ttse__onProgress(share: number): void {
    this.#figures.progressed(share);
  }

  ttse__onCancelled(share: number): void {
    const ms = performance.now() - this.#cancelledAt;
    this.#display.say(`cancelled at ${percentOf(share)}, stopped ${ms.toFixed(1)} ms after it was asked`);
    this.#begin();
  }

  // ---- What the person and the timers want ----

  ttse__onKey(key: string): void {
    if (key === 'c') this.ttsc__cancel();
    if (key === 'q' || key === '\x03') this.ttsc__finish();
  }

  ttse__onPatience(): void {
    this.ttsc__cancel();
  }

  ttsc__cancel(): void {
    this.#cancelledAt = performance.now();
    this.#worker.ttsc__cancel();
  }

  ttse__onShow(): void {
    this.#display.show(this.#figures.toString());
  }

  ttse__onEnough(): void {
    this.ttsc__finish();
  }

  ttse_working__onExit(): void {
    this.#display.say(this.#figures.toString());
  }
}
