import { Catalyst, type CatalystOptions, type Remote, type ThreadOptions, Tonic } from '../../../../src/index.js';
import { fail } from '../../../doors/core.js';
import '../../../../src/index.js';
import type { Boss } from './life-boss.js';
import { built, plainNode } from '../../../support/built.js';

const here = built(import.meta.url);

/** Does what it is told, and tells its base of each step of its life. */
export class Worker extends Catalyst<'at work'> {
  static override readonly module: string = here;
  static override readonly thread: ThreadOptions = plainNode;
  declare readonly base: Remote<Boss>;
  private counted = 0;

  constructor(
    options: CatalystOptions = {},
    /** What it does in its first sparkle. */
    protected readonly first?: 'throw' | 'exit' | 'hold' | 'spin' | 'spinSoon',
  ) {
    super(options);
  }
  ttse__onStart(): void {
    this.toState('at work');
    this.base.ttsc__tell('started', this.name, this.id, this.thread);
    if (this.first === 'throw') throw new Error('boom at its start');
    if (this.first === 'exit') process.exit(4);
    if (this.first === 'hold') this.hold();
    if (this.first === 'spin') for (;;);
  }
  ttse__onFinished(): void {
    this.base.ttsc__tell('finished', this.name);
  }
  ttsc__say(word: string, ...values: unknown[]): void {
    this.base.ttsc__tell(word, ...values);
  }
  /** Says it so often, in one sparkle. */
  ttsc__sayOften(word: string, times: number): void {
    for (let n = 0; n < times; n++) this.base.ttsc__tell(word, n);
  }
  ttsc__sayOftenAndFinish(word: string, times: number): void {
    for (let n = 0; n < times; n++) this.base.ttsc__tell(word, n);
    this.ttsc__finish();
  }
  ttsc__count(): void {
    this.counted++;
  }
  ttsc__sayCount(): void {
    this.base.ttsc__tell('count', this.counted);
  }
  ttsc__callThat(other: Remote<Worker>, word: string): void {
    other.ttsc__say(word, this);
  }
  ttsc__finishThat(other: Remote<Worker>): void {
    other.ttsc__finish();
    other.ttsc__say('other was here');
  }
  ttsc__finishYourself(): void {
    this.ttsc__finish();
  }
  /** Tries to lead the log elsewhere, and tells what came of it. */
  ttsc__useLog(to: string): void {
    this.pipe(this.runtime.log.use(to), this.ttse__logUsed, this.ttse__logUsed);
  }
  ttse__logUsed(error?: unknown): void {
    this.base.ttsc__tell('used the log', (error as { readonly code?: string } | undefined)?.code);
  }
  /** Logs it so often, in one sparkle. */
  ttsc__logOften(text: string, times: number): void {
    for (let n = 0; n < times; n++) this.log.info(text);
  }
  /** Lines, a marker and a probe in one sparkle. */
  ttsc__logMuch(text: string): void {
    this.log.info(text);
    this.log.mark('phase 2');
    this.log.probe('queue', 3);
  }
  ttsc__throw(text: string): void {
    throw Object.assign(new TypeError(text, { cause: new Error('the reason') }), { code: 'E_OWN', at: [1, 2] });
  }
  ttsc__throwOwn(): void {
    const details: Record<string, unknown> = { name: 'a', holder: this };
    const error = fail('TT_NAME_TAKEN', details, new RangeError('the reason'));
    details['error'] = error;
    throw Object.assign(error, { attempts: 3 });
  }
  ttsc__throwLater(text: string): void {
    setTimeout(() => {
      throw Object.assign(new RangeError(text), { code: 'E_LATER' });
    }, 1);
  }
  ttsc__reject(text: string): void {
    void Promise.reject(new RangeError(text));
  }
  ttsc__exit(code: number): void {
    process.exit(code);
  }
  ttsc__hold(): void {
    this.hold();
  }
  /** Keeps its thread busy for so long. */
  ttsc__spin(ms: number): void {
    const end = performance.now() + ms;
    while (performance.now() < end);
  }
  /** Keeps it busy for so long, and no processor. */
  ttsc__sleep(ms: number): void {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  }
  ttsc__eatMemory(): void {
    eatMemory();
  }
  ttsc__log(text: string): void {
    this.log.info(text);
  }
  ttsc__logAndExit(text: string): void {
    this.log.info(text);
    process.exit(0);
  }
  ttsc__infuse(name: string): void {
    new Part({ name });
  }
  /** Something of Node's that keeps its thread open. */
  protected hold(): void {
    setInterval(() => {}, 1_000_000);
  }
}

function eatMemory(): never {
  const eaten: unknown[] = [];
  for (;;) eaten.push(new Array<number>(10_000).fill(eaten.length));
}

/** A Tonic within a thread. */
export class Part extends Tonic {
  declare readonly base: Worker;
  ttse__onStart(): void {
    this.base.base.ttsc__tell('a part', this);
  }
  ttsc__finishItsBase(): void {
    this.base.ttsc__finish();
  }
  ttsc__throw(text: string): void {
    throw new Error(text);
  }
  ttsc__say(word: string): void {
    this.base.base.ttsc__tell(word);
  }
}

/** It has little time to end. */
export class Hurried extends Worker {
  static override readonly module: string = here;
  static override readonly thread: ThreadOptions = { ...plainNode, drainTimeout: 150 };
}

/** It says never that it has drained. */
export class Undrained extends Hurried {
  static override readonly module: string = here;
  ttse__onDraining(): void {
    this.base.ttsc__tell('draining');
  }
  ttsc__drained(): void {
    this.drained();
  }
}

/** What it does as the last thing goes wrong. */
export class BadEnd extends Worker {
  static override readonly module: string = here;
  override ttse__onFinished(): void {
    throw new Error('boom at its end');
  }
}

export class ExitsAtEnd extends Worker {
  static override readonly module: string = here;
  override ttse__onFinished(): void {
    process.exit(5);
  }
}

/** Its end takes all the memory that it may hold. */
export class EatsAtEnd extends Worker {
  static override readonly module: string = here;
  static override readonly thread: ThreadOptions = { ...plainNode, resourceLimits: { maxOldGenerationSizeMb: 24 } };
  override ttse__onFinished(): void {
    eatMemory();
  }
}

/** Its end never ends, and it has little time for it. */
export class SpinsAtEnd extends Hurried {
  static override readonly module: string = here;
  override ttse__onFinished(): void {
    for (;;);
  }
}

export class BadConstructor extends Worker {
  static override readonly module: string = here;
  constructor() {
    super();
    throw new SyntaxError('boom in the constructor');
  }
}

/** It may hold little. */
export class Small extends Worker {
  static override readonly module: string = here;
  static override readonly thread: ThreadOptions = { ...plainNode, resourceLimits: { maxOldGenerationSizeMb: 24 } };
}

/** It is looked after: a turn of it may take so long. */
export class Watched extends Worker {
  static override readonly module: string = here;
  static override readonly thread: ThreadOptions = { ...plainNode, watchdog: 1_000 };
}

/** Its thread has options of Node's own. */
export class Optioned extends Worker {
  static override readonly module: string = here;
  static override readonly thread: ThreadOptions = { execArgv: ['--no-deprecation'] };
  ttsc__tellOptions(): void {
    this.base.ttsc__tell('options', process.execArgv, process.noDeprecation);
  }
}

/** It decides itself what becomes of a throw. */
export class Deciding extends Worker {
  static override readonly module: string = here;
  ttse__onFailure(error: Error): void {
    this.base.ttsc__tell('decided', error.message);
  }
}

/** Its first argument is no options. */
export class FirstArgument extends Catalyst {
  static override readonly module: string = here;
  static override readonly thread: ThreadOptions = plainNode;
  declare readonly base: Remote<Boss>;
  constructor(private readonly given: unknown) {
    super();
  }
  ttse__onStart(): void {
    this.base.ttsc__tell('given', this.given);
  }
}
