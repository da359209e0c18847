import { Catalyst, Formula, type FormulaData, Tonic } from '../../../src/index.js';

// A chain of sparkles, each with an argument that is new, and transitions now and then. It writes the bytes of the heap
// at ten places, after a collection of the garbage, and at last how many sparkles have run.

const LENGTH = Number(process.argv[2]);
const LOOKS = 10;

class Chain extends Tonic<'left' | 'right'> {
  #ran = 0;
  ttse__onStart(): void {
    this.ttsc__next({ n: 0 });
  }
  ttsc__next({ n }: { n: number }): void {
    this.#ran++;
    if (n % (LENGTH / LOOKS) === 0) this.#look();
    if (n % 1_000 === 0) this.toState(this.state === 'left' ? 'right' : 'left');
    if (n < LENGTH) this.ttsc__next({ n: n + 1 });
    else this.ttsc__finish();
  }
  ttse__onFinished(): void {
    process.stdout.write(`ran ${this.#ran}\n`);
  }
  #look(): void {
    globalThis.gc!();
    process.stdout.write(`heap ${process.memoryUsage().heapUsed}\n`);
  }
}

class App extends Formula {
  protected override creatingFormula(): FormulaData {
    return { log: { to: 'off' } };
  }
  protected override creatingMainCatalyst(): void {
    new Catalyst();
  }
  protected override creatingStartingTonics(): void {
    new Chain();
  }
}

await App.run();
