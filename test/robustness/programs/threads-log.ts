import '../../../src/compose.js';
// Threads that log, and die in several ways right after it. Its arguments: where the log goes, and how they die.
import { isMainThread } from 'node:worker_threads';
import { Catalyst, Formula, type FormulaData, Tonic } from 'tasktonic';
import { tell } from './control.js';

const LINES = 200;

/** Says much, and is gone. */
export class Dying extends Catalyst<'last words'> {
  static override readonly module = import.meta.url;
  static override readonly thread = { drainTimeout: 300 };
  ttsc__die(how: string): void {
    this.toState('last words');
    this.ttsc__speak(how);
  }
  ttsc__speak(how: string): void {
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
      for (;;);
    }
  }
}

class Main extends Tonic {
  ttsc__begin(how: string): void {
    const dying = Dying.spawn({ name: 'dying' });
    dying.ttsc__die(how);
    // Its deadline begins here: over there nobody answers any more.
    if (how === 'stuck') setTimeout(() => dying.ttsc__finish(), 200);
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
