// Checked by `tsc -p tsconfig.json`, never run: what the compiler must refuse stands under @ts-expect-error, and all else
// must pass.
import {
  type AnyTonic,
  type BoundSparkle,
  Catalyst,
  type CatalystOptions,
  type Remote,
  type RemoteHandle,
  Tonic,
  transfer,
} from '../../src/index.js';

interface Job {
  readonly n: number;
  readonly bytes: Uint8Array;
}

class Worker extends Catalyst<'open' | 'shut'> {
  static override readonly module: string = import.meta.url;
  declare readonly base: Remote<Main>;
  readonly field = 1;

  constructor(
    options: CatalystOptions,
    readonly jobs: readonly Job[],
    readonly limit = 10,
  ) {
    super(options);
  }
  method(): void {}
  ttsc__work(_job: Job, _label?: string): void {}
  ttsc__all(..._ns: number[]): void {}
  ttsc_open__close(_code: string): void {}
  ttsc__lock(_key: number): void {}
  ttsc_open__lock(_key: number): void {}
  ttsc__for(_main: Remote<Main>): void {}
  ttsc__among(_mains: readonly Remote<Main>[], _nested: { readonly main: Remote<Main> }): void {}
  ttsc__bare(_main: Main): void {}
  ttsc__then(_done: (job: Job) => void): void {}
  ttsc__bound(_done: BoundSparkle<(n: number) => void>): void {}
  ttse__heard(): void {}
  tts__inner(): void {}
  ttsc__answers(): void {
    this.base.ttse__done(1);
    // @ts-expect-error the base takes a number
    this.base.ttse__done('1');
    // @ts-expect-error what is no sparkle stays with the base
    void this.base.secret;
    this.ttsc__for(this.base);
  }
}

class Other extends Tonic {
  ttsc__other(): void {}
}

class Main extends Tonic {
  readonly secret = 'secret';

  ttse__done(_n: number): void {}

  ttsc__sparkles(worker: Remote<Worker>, job: Job): void {
    worker.ttsc__work(job);
    worker.ttsc__work(job, 'label');
    worker.ttsc__work({ n: 1, bytes: transfer(new Uint8Array(1)) });
    worker.ttsc__all();
    worker.ttsc__all(1, 2, 3);
    worker.ttse__heard();
    worker.tts__inner();
    worker.ttsc__finish();
    worker.ttsc__toState('open');
    const nothing: void = worker.ttsc__work(job);
    // @ts-expect-error an argument of the wrong type
    worker.ttsc__work({ n: '1', bytes: new Uint8Array(1) });
    // @ts-expect-error no argument
    worker.ttsc__work();
    // @ts-expect-error one argument too many
    worker.ttse__heard(1);
    // @ts-expect-error one of the arguments has the wrong type
    worker.ttsc__all(1, 'two');
    // @ts-expect-error a sparkle that it has not
    worker.ttsc__wrok(job);
    // @ts-expect-error a state that it has not
    worker.ttsc__toState('opne');
    void nothing;
  }

  ttsc__noMore(worker: Remote<Worker>): void {
    // @ts-expect-error a field stays over there
    void worker.field;
    // @ts-expect-error so does a method that is no sparkle
    worker.method();
    // @ts-expect-error and its state
    void worker.state;
    // @ts-expect-error and its queue
    void worker.queue;
    // @ts-expect-error and its loop
    void worker.sparkle;
    // @ts-expect-error and its base
    void worker.base;
    // @ts-expect-error a handle has no sparkle changed
    worker.ttse__heard = () => {};
  }

  ttsc__known(worker: Remote<Worker>): void {
    const handle: RemoteHandle = worker;
    const known: [number, string, number, boolean] = [worker.id, worker.name, worker.thread, worker.finished];
    // @ts-expect-error it is told, not set
    worker.name = 'other';
    void [handle, known];
  }

  ttsc__states(worker: Remote<Worker>): void {
    worker.ttsc_open__close('42');
    worker.ttsc__close('42');
    worker.ttsc__lock(1);
    // @ts-expect-error the generic name takes what that of the state does
    worker.ttsc__close(42);
    // @ts-expect-error a name that no state has
    worker.ttsc__shut('42');
    // @ts-expect-error a state that has no such sparkle
    worker.ttsc_shut__close('42');
  }

  ttsc__tonics(worker: Remote<Worker>, main: Remote<Main>, other: Other, remoteOther: Remote<Other>): void {
    worker.ttsc__for(this);
    worker.ttsc__for(main);
    worker.ttsc__among([this, main], { main: this });
    // @ts-expect-error another class
    worker.ttsc__for(other);
    // @ts-expect-error a handle of another class
    worker.ttsc__for(remoteOther);
    // @ts-expect-error a bare Tonic cannot cross: the parameter must be a Remote
    worker.ttsc__bare(this);
    // @ts-expect-error nor is a handle what that parameter takes
    worker.ttsc__bare(main);
    // @ts-expect-error a handle is no Tonic of that class
    const bare: Main = main;
    const known: Pick<AnyTonic, 'id' | 'name'> = main;
    void [bare, known];
  }

  ttsc__callbacks(worker: Remote<Worker>): void {
    worker.ttsc__then((job) => this.log.info('%d', job.n));
    worker.ttsc__bound(this.bind('ttse__done'));
    // @ts-expect-error a function that wants something else
    worker.ttsc__then((text: string) => this.log.info(text));
    // @ts-expect-error a function that is not bound
    worker.ttsc__bound((n: number) => void n);
    // @ts-expect-error a bound sparkle that wants something else
    worker.ttsc__bound(this.bind('ttsc__text'));
  }
  ttsc__text(_text: string): void {}

  ttsc__spawns(jobs: readonly Job[]): void {
    const worker: Remote<Worker> = Worker.spawn({ name: 'worker' }, jobs);
    const limited: Remote<Worker> = Worker.spawn({ name: 'worker', turnOrders: 10 }, jobs, 5);
    // @ts-expect-error its constructor wants jobs
    Worker.spawn({ name: 'worker' });
    // @ts-expect-error an option that does not exist
    Worker.spawn({ nmae: 'worker' }, jobs);
    // @ts-expect-error an argument of the wrong type
    Worker.spawn({}, jobs, '5');
    // @ts-expect-error one argument too many
    Worker.spawn({}, jobs, 5, 6);
    // @ts-expect-error a handle of another class
    const other: Remote<Other> = Worker.spawn({}, jobs);
    // @ts-expect-error only a Catalyst has a thread of its own
    Other.spawn();
    // @ts-expect-error what is spawned is a handle, not the Catalyst
    const catalyst: Worker = Worker.spawn({}, jobs);
    void [worker, limited, other, catalyst];
  }

  ttsc__supervises(jobs: readonly Job[]): void {
    const supervised = this.supervise(() => Worker.spawn({}, jobs), { strategy: 'restart', limit: 3 });
    supervised.current.ttsc__work(jobs[0]!);
    // @ts-expect-error an argument of the wrong type
    supervised.current.ttsc__work(1);
    // @ts-expect-error a field stays over there
    void supervised.current.field;
  }
}
void Main;
