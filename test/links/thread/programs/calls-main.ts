import { type InfusionInfo, type Remote, type Source, Tonic, type TonicOptions } from '../../../../src/index.js';
import type { Links } from '../../../doors/links.js';
import { type App, type Setup, startApp } from '../../../support/app.js';
import { Heard, inside } from '../../../support/heard.js';
import { Echo } from './calls-threads.js';

/** Lives in the main thread: does what a test says, and writes down what threads tell it. */
export class Caller extends Tonic {
  readonly heard = new Heard();
  /** The source of each thing told, by its word. */
  readonly sources = new Map<string, Source | undefined>();

  constructor(options: TonicOptions = {}) {
    super({ name: 'caller', ...options });
  }

  ttsc__do(body: () => void): void {
    body();
  }
  ttse__told(word: string, ...values: unknown[]): void {
    this.sources.set(word, this.source);
    this.heard.push(word, ...values);
  }
  ttse__onFailure(error: Error): void {
    this.heard.push('onFailure', error);
  }
  ttse__onFinished(): void {
    this.heard.push('onFinished');
  }
  ttse__onInfusionFinished({ name }: InfusionInfo): void {
    this.heard.push('onInfusionFinished', name);
    // By then it is no infusion any more.
    this.ttsc__do(() => this.heard.changed());
  }

  /** Runs `body` in a sparkle of this Tonic. */
  async inSparkle<T>(body: () => T): Promise<T> {
    return inside(this, body);
  }

  /** Starts threads; resolves when they run. */
  async startEchos(...names: string[]): Promise<Remote<Echo>[]> {
    const echos = await this.inSparkle(() => names.map((name) => Echo.spawn({ name })));
    for (const echo of echos) await this.runs(echo);
    return echos;
  }

  /** Resolves when a thread runs. */
  async runs(echo: Remote<Echo>): Promise<void> {
    const word = `${echo.name} runs`;
    await this.inSparkle(() => echo.ttsc__echo(word));
    await this.fromNewThread(word);
  }

  /** What a thread says that is being started: on a busy machine that takes a while, for each compiles its sources. */
  async fromNewThread(word: string): Promise<readonly any[]> {
    await this.patiently(() => this.heard.count(word) > 0, word);
    return this.heard.on(word);
  }

  /** Waits for what comes with the start or end of a thread. */
  async patiently(holds: () => boolean, what: string): Promise<void> {
    for (let patience = 4; !holds(); patience--)
      await this.heard.until(holds, what).catch((error: Error) => {
        if (patience === 0) throw error;
      });
  }

  /** What comes back of values that a thread sends back. */
  async told(echo: Remote<Echo>, word: string, ...values: unknown[]): Promise<readonly any[]> {
    await this.inSparkle(() => echo.ttsc__echo(word, ...values));
    return this.heard.on(word);
  }
}

/** An app with a Caller, and threads that several tests share: to start one takes longer than most tests do. */
export class Calling {
  app!: App;
  caller!: Caller;
  echos: Remote<Echo>[] = [];

  async start(names: readonly string[], setup: Setup): Promise<void> {
    this.app = await startApp(() => (this.caller = new Caller()), { clock: 'real', ...setup });
    this.echos = await this.caller.startEchos(...names);
  }

  get one(): Remote<Echo> {
    return this.echos[0]!;
  }
  get two(): Remote<Echo> {
    return this.echos[1]!;
  }
  get three(): Remote<Echo> {
    return this.echos[2]!;
  }

  get links(): Links {
    return this.app.main.runtime.threads as Links;
  }

  /** How many functions another thread holds of this one. */
  callbacksIn({ thread }: Remote<Echo>): number {
    return this.links.to(thread).callbacks;
  }

  /** Forgets what earlier tests have left. */
  async clear(): Promise<void> {
    const { caller, echos } = this;
    const shared = new Set(echos.map(({ id }) => id));
    await caller.inSparkle(() => {
      for (const infusion of caller.infusions) if (!shared.has(infusion.id)) infusion.ttsc__finish();
    });
    await caller.patiently(() => caller.infusions.size === echos.length, 'the end of what a test has infused');
    for (const echo of echos) {
      await caller.inSparkle(() => echo.ttsc__clear());
      await caller.told(echo, `${echo.name} is clear`);
    }
    caller.heard.events.length = 0;
    caller.sources.clear();
  }

  async end(): Promise<void> {
    await this.app.finish();
  }
}

/** An app for the tests of a `describe`, with a thread for each name. */
export function callingWith(names: readonly string[], setup: Setup = {}): Calling {
  const calling = new Calling();
  before('start threads', async function () {
    this.timeout(60_000);
    await calling.start(names, setup);
  });
  beforeEach(async function () {
    // Some start more threads.
    this.currentTest!.timeout(60_000);
    await calling.clear();
  });
  after(async () => calling.end());
  return calling;
}
