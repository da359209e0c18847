import { Runtime } from '../core/runtime.js';
import type { Testbench } from '../core/testbench.js';
import { type ChannelEnd, type Wire, endsOf } from '../links/thread/wire.js';
import type { ThreadData } from '../links/thread/thread-data.js';
import type { RunningThread, ThreadMachine } from '../links/thread/thread-machine.js';
import { type CatalystClass, runThread } from '../links/thread/thread-start.js';
import { AppClock } from './app-clock.js';
import { Recorder } from './recording.js';
import type { Simulator } from './simulator.js';

/**
 * Simulated threads: all Catalysts of an app run in the thread of the test, each with a runtime, a Ledger and a clock
 * of its own, and connected by the real links. Messages are copied by the same rules; the seed decides the order of
 * messages of different threads.
 */
export class SimulatedThreads implements ThreadMachine {
  readonly isParallel = false;
  readonly threads: SimulatedThread[] = [];
  readonly #world: Simulator;
  readonly #host: string;
  readonly #testbench: () => Testbench;
  readonly #expected = new Map<number, CatalystClass>();

  /** @param testbench makes the bench of a thread, with a clock of its own. */
  constructor(world: Simulator, host: string, testbench: () => Testbench) {
    this.#world = world;
    this.#host = host;
    this.#testbench = testbench;
  }

  newChannel(): [ChannelEnd, ChannelEnd] {
    return endsOf(...SimulatedWire.pair(this.#world));
  }

  readonly receive = (port: Wire): { readonly message: unknown } | undefined => (port as SimulatedWire).receive();

  expect(thread: number, catalystClass: object): void {
    this.#expected.set(thread, catalystClass as CatalystClass);
  }

  start(data: ThreadData): RunningThread {
    const catalystClass = this.#expected.get(data.thread)!;
    this.#expected.delete(data.thread);
    const clock = new AppClock(this.#world.clock);
    const observer = new Recorder(this.#world.recording, `${this.#host}, thread ${data.thread}`);
    const thread = new SimulatedThread(data.name, data, clock, { ...this.#testbench(), clock, observer });
    this.threads.push(thread);
    thread.on('exit', () => this.threads.splice(this.threads.indexOf(thread), 1));
    clock.afterPoll(() => void thread.run(data, catalystClass, this));
    return thread;
  }

  /** Ends all of them without an event. */
  kill(): void {
    for (const thread of this.threads.splice(0)) thread.vanish();
  }
}

/** A simulated thread. */
export class SimulatedThread implements RunningThread {
  readonly runtime: Runtime;
  /** Its number, and that of its starter. */
  readonly number: number;
  readonly parent: number;
  readonly #clock: AppClock;
  readonly #onError: ((error: unknown) => void)[] = [];
  readonly #onExit: ((code: number) => void)[] = [];
  #over = false;

  /** @internal */
  constructor(
    /** What its Catalyst is called. */
    readonly name: string,
    { thread, parent }: ThreadData,
    clock: AppClock,
    testbench: Testbench,
  ) {
    this.number = thread;
    this.parent = parent;
    this.#clock = clock;
    this.runtime = new Runtime(clock, testbench.random);
    this.runtime.testbench = testbench;
  }

  on(event: 'error', heard: (error: unknown) => void): void;
  on(event: 'exit', heard: (code: number) => void): void;
  on(event: 'error' | 'exit', heard: ((error: unknown) => void) | ((code: number) => void)): void {
    if (event === 'error') this.#onError.push(heard as (error: unknown) => void);
    else this.#onExit.push(heard as (code: number) => void);
  }

  /** @internal */
  async run(data: ThreadData, catalystClass: CatalystClass, machine: ThreadMachine): Promise<void> {
    try {
      await runThread(data, catalystClass, this.runtime, machine);
      this.#clock.afterPoll(() => this.#exit(0));
    } catch (thrown) {
      this.#clock.afterPoll(() => {
        for (const heard of this.#onError) heard(thrown);
        this.#exit(1);
      });
    }
  }

  /** Ends it at once, as a crash of its own would: nothing of it runs any more. Its base hears `TT_THREAD_EXITED`. */
  terminate(code = 1): void {
    if (this.#over) return;
    this.#clock.close(() => this.#exit(code));
  }

  /** @internal Ends it with its app, without an event. */
  vanish(): void {
    this.#over = true;
    this.#clock.close();
  }

  #exit(code: number): void {
    if (this.#over) return;
    this.#over = true;
    this.#clock.close();
    for (const heard of this.#onExit) heard(code);
  }
}

/** One end of a channel. Messages arrive in order, at times that the seed decides. */
class SimulatedWire implements Wire {
  readonly #world: Simulator;
  readonly #arrived: unknown[] = [];
  #other: SimulatedWire | undefined;
  #take: ((message: unknown) => void) | undefined;
  #announced = false;
  #closed = false;

  private constructor(world: Simulator) {
    this.#world = world;
  }

  static pair(world: Simulator): [SimulatedWire, SimulatedWire] {
    const [one, other] = [new SimulatedWire(world), new SimulatedWire(world)];
    one.#other = other;
    other.#other = one;
    return [one, other];
  }

  /** Passed by reference, because the content was copied at the call. */
  postMessage(message: unknown): void {
    if (this.#closed || this.#other === undefined) return;
    this.#other.#arrived.push(message);
    this.#other.#announce();
  }

  on(_event: 'message', take: (message: unknown) => void): void {
    this.#take = take;
    this.#announce();
  }

  receive(): { readonly message: unknown } | undefined {
    return this.#arrived.length === 0 ? undefined : { message: this.#arrived.shift() };
  }

  #announce(): void {
    if (this.#announced || this.#take === undefined || this.#arrived.length === 0) return;
    this.#announced = true;
    this.#world.clock.afterPoll(() => {
      this.#announced = false;
      if (this.#closed || this.#arrived.length === 0) return;
      this.#take?.(this.#arrived.shift());
      this.#announce();
    });
  }

  ref(): void {}

  unref(): void {}

  close(): void {
    this.#closed = true;
  }
}
