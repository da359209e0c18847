import {
  type AnyTonic,
  type InfusionFailure,
  type InfusionInfo,
  type Remote,
  type RemoteHandle,
  Tonic,
  type TonicOptions,
} from '../../../../src/index.js';
import '../../../../src/index.js';
import { type App, type Setup, startApp } from '../../../support/app.js';
import { Heard, inside } from '../../../support/heard.js';

/** The base of threads: it does what a test wants done in a sparkle, and writes down what it is told and what it hears. */
export class Boss extends Tonic {
  readonly heard = new Heard();

  constructor(
    private readonly begin: (boss: Boss) => void = () => {},
    options: TonicOptions = {},
  ) {
    super({ name: 'boss', ...options });
  }
  ttse__onStart(): void {
    this.begin(this);
  }
  ttsc__do(body: (boss: Boss) => void): void {
    body(this);
  }
  /** What a thread says; each test has its own words. */
  ttsc__tell(word: string, ...values: unknown[]): void {
    this.heard.push(word, ...values);
  }
  /** What a thread gives. */
  ttsc__take(thing: unknown): void {
    this.heard.push('taken', thing);
  }
  ttse__onInfusionFinished(info: InfusionInfo): void {
    this.heard.push('onInfusionFinished', info);
  }
  ttse__onFinished(): void {
    this.heard.push('onFinished');
  }

  /** Runs `body` in a sparkle of this Tonic, and waits for it. */
  async inside<T>(body: (boss: this) => T): Promise<T> {
    return inside(this, body);
  }

  /** `use()`, for those who are not it. */
  useService<T extends AnyTonic>(service: (new () => T) & { readonly service: string }): Remote<T> {
    return this.use(service);
  }

  /** `supervise()`, for those who are not it. */
  lookAfter<T extends AnyTonic | RemoteHandle>(...args: Parameters<typeof this.supervise<T>>) {
    return this.supervise<T>(...args);
  }
}

/** A base that hears of failures, so that it goes on. */
export class HearingBoss extends Boss {
  ttse__onInfusionFailed(failure: InfusionFailure): void {
    this.heard.push('onInfusionFailed', failure);
  }

  /** Resolves with the n-th failure. */
  async failure(n = 1): Promise<InfusionFailure> {
    const [failure] = (await this.heard.on('onInfusionFailed', n)) as [InfusionFailure];
    return failure;
  }
}

const apps = new Set<App>();

/** What a test of threads holds. */
export interface Started<B extends Boss> {
  readonly app: App;
  readonly boss: B;
}

/** Starts an app, in the machine's own time, with one base for threads; {@link endApps} ends it if the test does not. */
export async function start<B extends Boss>(make: () => B, setup: Setup = {}): Promise<Started<B>> {
  let boss!: B;
  const app = await startApp(() => (boss = make()), { clock: 'real', ...setup });
  apps.add(app);
  const over = (): void => void apps.delete(app);
  void app.ended.then(over, over);
  return { app, boss };
}

/** To be called after each test. */
export async function endApps(): Promise<void> {
  for (const app of apps) await app.finish().catch(() => {});
}
