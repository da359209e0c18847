import { inspect } from 'node:util';
import '../../../../src/index.js';
import {
  Catalyst,
  type CatalystOptions,
  type InfusionInfo,
  type Remote,
  type Reply,
  type ThreadOptions,
  Tonic,
} from '../../../../src/index.js';
import type { Links } from '../../../doors/links.js';
import { collectGarbage } from '../../../support/memory.js';
import type { Caller } from './calls-main.js';
import { built, plainNode } from '../../../support/built.js';

export interface EchoOptions extends CatalystOptions {
  /** Called in its first sparkle. */
  readonly onStart?: (...values: unknown[]) => void;
  readonly values?: readonly unknown[];
}

/** Lives in a thread of its own, and tells its base of everything. */
export class Echo extends Catalyst<'open' | 'shut'> {
  static override readonly module: string = built(import.meta.url);
  static override readonly thread: ThreadOptions = plainNode;
  declare readonly base: Remote<Caller>;

  #counted: (readonly [number, number])[] = [];
  readonly #kept: unknown[] = [];
  #part: Part | undefined;

  readonly #atStart: () => void;

  constructor({ onStart, values = [], ...options }: EchoOptions = {}) {
    super(options);
    this.#atStart = () => onStart?.(...values);
  }
  ttse__onStart(): void {
    this.#atStart();
  }

  /** As if it had just begun. */
  ttsc__clear(): void {
    this.#counted = [];
    this.#kept.length = 0;
    this.toState(undefined);
    for (const infusion of this.infusions) infusion.ttsc__finish();
    this.#part = undefined;
  }

  // ---- Values and order ----

  ttsc__echo(word: string, ...values: unknown[]): void {
    this.base.ttse__told(word, ...values);
  }
  ttsc__answerAll(replies: Readonly<Record<string, Reply>>): void {
    for (const [word, reply] of Object.entries(replies)) {
      reply.needsInput().send(word);
      reply.end(Buffer.from('!'));
    }
  }
  ttsc__nothing(): void {
    this.#counted.push([-1, 0]);
  }
  ttsc__count(n: number, ...rest: unknown[]): void {
    this.#counted.push([n, rest.length]);
  }
  ttsc__countOther(n: number, ...rest: unknown[]): void {
    this.#counted.push([n, rest.length]);
  }
  ttsc__counted(word: string): void {
    this.base.ttse__told(word, this.#counted);
    this.#counted = [];
  }
  ttsc__tellOften(word: string, times: number): void {
    for (let n = 0; n < times; n++) this.base.ttse__told(word, n, ...Array<number>(n % 5).fill(n));
  }
  /** Calls another thread so often, from here. */
  ttsc__countThere(other: Remote<Echo>, times: number): void {
    for (let n = 0; n < times; n++) other.ttsc__count(n);
  }
  /** Stands still, and everything here with it, until the word is no longer 0. */
  ttsc__hold(words: Int32Array): void {
    Atomics.wait(words, 0, 0);
  }

  // ---- Who ----

  ttsc__who(word: string): void {
    const { source } = this;
    this.base.ttse__told(word, source && { id: source.id, name: source.name, sparkle: source.sparkle });
  }
  ttsc__answer(word: string): void {
    (this.source!.tonic as unknown as Remote<Caller>).ttse__told(word, this.source?.name);
  }
  ttsc__keep(...values: unknown[]): void {
    this.#kept.splice(0, Infinity, ...values);
  }
  ttsc__isKept(word: string, value: unknown): void {
    this.base.ttse__told(word, value === this.#kept[0]);
  }
  ttsc__giveKept(word: string): void {
    this.base.ttse__told(word, ...this.#kept);
  }
  ttsc__isBaseAndSource(word: string, value: unknown): void {
    this.base.ttse__told(word, value === this.base, value === (this.source!.tonic as unknown));
  }
  ttsc__isYou(word: string, value: unknown): void {
    this.base.ttse__told(word, value === this || value === this.#part);
  }
  ttsc__print(word: string, value: unknown): void {
    this.base.ttse__told(word, inspect(value), `${value as string}`, JSON.stringify(value));
  }
  ttsc__look(word: string, handle: { readonly finished: boolean; readonly name: string }): void {
    this.base.ttse__told(word, handle.finished, handle.name);
  }
  ttsc__askAndLook(other: Remote<Echo>, word: string): void {
    other.ttsc__tellBack(word);
  }
  ttsc__tellBack(word: string): void {
    (this.source!.tonic as unknown as Remote<Echo>).ttsc__lookAtKept(word);
  }
  ttsc__lookAtKept(word: string): void {
    this.base.ttse__told(word, (this.#kept[0] as { finished: boolean }).finished);
  }

  // ---- States ----

  ttsc__open(): void {
    this.toState('open');
  }
  ttsc_open__close(word: string): void {
    this.base.ttse__told(word);
    this.toState('shut');
  }

  // ---- Tonics in it ----

  ttsc__make(word: string, name?: string): void {
    try {
      this.base.ttse__told(word, (this.#part = new Part({ name })));
    } catch (thrown) {
      this.base.ttse__told(word, thrown);
    }
  }
  ttsc__ids(word: string, count: number): void {
    const ids = Array.from({ length: count }, () => new Part().id);
    this.base.ttse__told(word, ids);
  }
  /** Ends its part: as soon as the first word is 1, where words are given; the second one is 1 when that has gone. */
  ttsc__drop(words?: Int32Array): void {
    if (words !== undefined) Atomics.wait(words, 0, 0, 5_000);
    this.#part!.endsAt = words;
    this.#part!.ttsc__finish();
  }
  ttse__onInfusionFinished({ name, tonic }: InfusionInfo): void {
    if (tonic !== this.#part) return;
    this.base.ttse__told('gone', name);
    const { endsAt } = this.#part;
    if (endsAt === undefined) return;
    Atomics.store(endsAt, 1, 1);
    Atomics.notify(endsAt, 1);
  }
  ttsc__spawn(word: string): void {
    this.base.ttse__told(word, NestedEcho.spawn());
  }
  ttsc__boundOfPart(word: string): void {
    this.base.ttse__told(word, this.#part!.bind('ttsc__note'));
  }
  ttsc__strays(word: string): void {
    this.base.ttse__told(word, (this.runtime.threads as Links).undelivered);
  }

  // ---- What is called back ----

  ttsc__call(callback: (...values: any[]) => void, ...values: unknown[]): void {
    callback(...values);
  }
  ttsc__callKept(...values: unknown[]): void {
    for (const callback of this.#kept) (callback as (...values: unknown[]) => void)(...values);
  }
  ttsc__callOften(callback: (n: number) => void, times: number): void {
    for (let n = 0; n < times; n++) {
      callback(n);
      this.base.ttse__told('between', n);
    }
  }
  ttsc__adder(word: string): void {
    let sum = 0;
    this.base.ttse__told(word, (n: number, back: (sum: number) => void) => back((sum += n)));
  }
  ttsc__describe(word: string, bound: { readonly tonic: unknown; readonly sparkle: string }): void {
    this.base.ttse__told(word, bound.tonic, bound.sparkle);
  }
  ttsc__collectGarbage(word: string): void {
    collectGarbage();
    this.base.ttse__told(word);
  }
}

export class Part extends Tonic {
  endsAt: Int32Array | undefined;

  ttsc__note(word: string): void {
    (this.base as Echo).base.ttse__told(word, 'from a part');
  }
}

/** A thread that a thread has started: its base is an Echo. */
export class NestedEcho extends Catalyst {
  static override readonly module: string = built(import.meta.url);
  static override readonly thread: ThreadOptions = plainNode;
  declare readonly base: Remote<Echo>;

  ttsc__echoOverBase(word: string, ...values: unknown[]): void {
    this.base.ttsc__echo(word, ...values, this.base.name);
  }
  ttsc__answer(word: string): void {
    (this.source!.tonic as unknown as Remote<Caller>).ttse__told(word, this.source?.name);
  }
}
