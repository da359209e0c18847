import { type Answer, Catalyst } from 'tasktonic';
import { Figures } from './figures.js';

/** The figures, in a thread of their own: a service, so that whoever uses it, from wherever, gets the same one. */
export class Aggregator extends Catalyst {
  static override readonly service = 'aggregator';
  static override readonly module = import.meta.url;
  readonly #figures = new Figures(this.config.number('mostNames', 10_000));

  ttsc__take(lines: readonly string[]): void {
    for (const line of lines) this.#figures.take(line);
  }

  ttsc__figures(prefix: string, answer: Answer<readonly string[]>): void {
    answer.give([...this.#figures.lines(prefix), `refused ${this.#figures.refused}`]);
  }
}
