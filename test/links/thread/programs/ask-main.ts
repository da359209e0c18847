import type { Answer, Asked, AskOptions, Question } from '../../../../src/index.js';
import { Caller } from './calls-main.js';

/** Lives in the main thread: asks as a test says, and answers. */
export class AskMain extends Caller {
  asks(to: unknown, key: string, args: readonly unknown[] = [], options: AskOptions = {}): Question {
    const asks = this.ask(to as AskMain, options) as Record<string, (...args: unknown[]) => Asked<unknown>>;
    return asks[key]!(...args).then(this.bind('ttse__onAnswer'), this.bind('ttse__onNoAnswer'));
  }
  ttse__onAnswer(value: unknown, question: Question): void {
    this.heard.push('answer', value, question, this.source?.tonic);
  }
  ttse__onNoAnswer(error: Error, question: Question): void {
    this.heard.push('no answer', error, question);
  }
  ttsc__spell(word: string, answer: Answer<string>): void {
    answer.give([...word].join('-'));
  }
  ttse__onInfusionFailed(): void {
    this.heard.push('onInfusionFailed');
  }
}
