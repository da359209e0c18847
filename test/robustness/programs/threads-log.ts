import '../../../src/compose.js';
// Threads that log, and die in several ways right after it. Its arguments: where the log goes, and how they die.
import { isMainThread } from 'node:worker_threads';
import { Catalyst, Formula, type FormulaData, type Remote, type TimerInfo, TimerRepeat, Tonic } from 'tasktonic';
import { tell } from './control.js';

const LINES = 200;

/** Says much, and is gone. */
export class Dying extends Catalyst<'last words'> {
  static override readonly module = import.meta.url;
  static override readonly thread = { drainTimeout: 300 };
  ttsc__die(how: string, stuck: Int32Array): void {
    this.toState('last words');
    this.ttsc__speak(how, stuck);
  }
  ttsc__speak(how: string, stuck: Int32Array): void {
    for (let n = 0; n < LINES; n++) this.log.info({ n }, `line ${n}.`);
    if (how === 'exit') process.exit(3);
    if (how === 'throw') throw new Error('the end');
    if (how === 'uncaught')
      setImmediate(() => {
        throw new Error('the end');
      });
    if (how === 'finish') this.ttsc__finish();
    if (how === 'stuck') {
      this.ttsc__finish();
      Atomics.store(stuck, 0, 1);
      for (;;);
    }
  }
}

class Main extends Tonic {
  /** 1 when the other thread is stuck: it can tell in no other way. */
  readonly #stuck = new Int32Array(new SharedArrayBuffer(4));
  #dying!: Remote<Dying>;
  ttsc__begin(how: string): void {
    this.#dying = Dying.spawn({ name: 'dying' });
    this.#dying.ttsc__die(how, this.#stuck);
    if (how === 'stuck') new TimerRepeat({ seconds: 0.01, name: 'look' });
  }
  /** Its deadline begins here: over there nobody answers any more. */
  ttse__onLook({ timer }: TimerInfo): void {
    if (Atomics.load(this.#stuck, 0) === 0) return;
    timer.ttsc__finish();
    this.#dying.ttsc__finish();
  }
  ttse__onInfusionFailed(): void {}
  ttse__onInfusionFinished(): void {
    this.ttsc__finish();
  }
}

if (isMainThread) {
  const [to, how] = process.argv.slice(2) as ['screen' | 'json', string];
  class App extends Formula {
    protected override creatingFormula(): FormulaData {
      return { log: { to } };
    }
    protected creatingStartingTonics(): void {
      new Main({ name: 'main' }).ttsc__begin(how);
    }
  }
  const { exitCode } = await App.run();
  tell('over', { exitCode });
}
