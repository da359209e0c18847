import { TimerPausing, Tonic } from 'tasktonic';
import { Store, type StoreHandle } from 'tasktonic/store';

/** Counts bad datagrams, in the Store and in the log. Both hear of them at most once a second, however many come. */
export class Refusals extends Tonic {
  #store!: StoreHandle;
  #second!: TimerPausing;
  #count = 0;
  #last = '';

  ttse__onStart(): void {
    this.#store = this.use(Store);
    this.#second = new TimerPausing({ seconds: 1, name: 'second', paused: true });
  }

  ttsc__note(problem: string, address: string): void {
    this.#count++;
    this.#last = `${problem}, from ${address}`;
    if (!this.#second.running) this.#tell();
  }

  ttse__onSecond(): void {
    if (this.#count > 0) this.#tell();
  }

  #tell(): void {
    const before = this.#store.get('refused/count', 0) as number;
    this.#store.set({ 'refused/count': before + this.#count, 'refused/last': this.#last });
    this.log.warn(`${this.#count} bad datagrams; the last: ${this.#last}`);
    this.#count = 0;
    this.#second.restart();
  }
}
