import '../../../../src/index.js';
import {
  type Answer,
  Catalyst,
  type CatalystOptions,
  type Question,
  type Remote,
  type ThreadOptions,
  Tonic,
} from '../../../../src/index.js';
import { collectGarbage } from '../../../support/memory.js';
import type { AskMain } from './ask-main.js';
import { built, plainNode } from '../../../support/built.js';

/** Lives in a thread of its own, answers in all the ways there are, and asks. */
export class Answerer extends Catalyst<'open' | 'shut'> {
  static override readonly module: string = built(import.meta.url);
  static override readonly thread: ThreadOptions = plainNode;
  declare readonly base: Remote<AskMain>;
  readonly kept: Answer<unknown>[] = [];
  part: Part | undefined;

  constructor(options: CatalystOptions = {}) {
    super(options);
  }
  ttsc__double(n: number, answer: Answer<number>): void {
    answer.give(n * 2);
  }
  ttsc__bytes(answer: Answer<Buffer>): void {
    answer.give(Buffer.from('bytes'));
  }
  ttsc__symbol(answer: Answer<unknown>): void {
    answer.give(Symbol('stays here'));
  }
  ttsc__twice(answer: Answer<string>): void {
    answer.give('first');
    answer.give('second');
  }
  ttsc__refuse(answer: Answer): void {
    answer.fail(Object.assign(new TypeError('refused'), { code: 'REFUSED' }));
  }
  ttsc__throw(_answer: Answer): void {
    throw new RangeError('over there');
  }
  ttsc__keep(answer: Answer<unknown>): void {
    this.kept.push(answer);
    this.base.ttse__told('kept');
  }
  ttsc__giveKept(value: unknown): void {
    for (const answer of this.kept.splice(0)) answer.give(value);
  }
  ttsc__letGo(_answer: Answer): void {}
  ttsc__collectGarbage(): void {
    collectGarbage();
    this.base.ttse__told('collected');
  }
  ttsc__handOn(to: Remote<Answerer>, n: number, answer: Answer<number>): void {
    to.ttsc__double(n, answer);
  }
  ttsc__handOnToKeep(to: Remote<Answerer>, answer: Answer<unknown>): void {
    to.ttsc__keep(answer);
  }
  // eslint-disable-next-line tasktonic/no-unentered-state -- it is asked in a state that does not hear it
  ttsc_shut__onlyShut(answer: Answer<string>): void {
    answer.give('shut');
  }
  ttsc__exit(): void {
    process.exit(3);
  }
  ttsc__makePart(answer: Answer<Remote<Part>>): void {
    this.part = new Part();
    answer.give(this.part);
  }
  ttsc__dropPart(): void {
    this.part!.ttsc__finish();
  }

  // ---- It asks in turn ----

  ttsc__askBase(word: string): void {
    this.ask(this.base).ttsc__spell(word).then(this.ttse__onSpelt);
  }
  ttsc__askThat(other: Remote<Answerer>, n: number): void {
    this.ask(other).ttsc__double(n).then(this.ttse__onSpelt);
  }
  ttse__onSpelt(value: unknown, question: Question): void {
    this.base.ttse__told('asked', value, question.to, this.source?.tonic);
  }
  ttse__onFailure(error: Error): void {
    this.base.ttse__told('onFailure', error);
  }
}

export class Part extends Tonic {
  readonly kept: Answer[] = [];

  ttsc__name(answer: Answer<string>): void {
    answer.give(this.name);
  }
  ttsc__keep(answer: Answer): void {
    this.kept.push(answer);
    (this.base as Answerer).base.ttse__told('kept');
  }
}
