import '../../../src/compose.js';
// Tells how far it is; its argument is JSON, the options of the Readiness.
import { Formula, type FormulaData, Readiness, type ReadinessOptions, Tonic } from 'tasktonic';

class Main extends Tonic {
  #readiness!: Readiness;

  ttse__onStart(): void {
    this.#readiness = new Readiness(JSON.parse(process.argv[2] ?? '{}') as ReadinessOptions);
    this.#readiness.ttsc__ready('serves\nall');
    this.#readiness.ttsc__reloading();
    this.#readiness.ttsc__status('still there');
    this.ttsc__told();
  }
  ttsc__told(): void {
    const left = Object.keys(process.env).filter((name) => /^(NOTIFY|WATCHDOG)_/.test(name));
    console.log(`runs, told of ${left.length}`);
  }
}

class Ready extends Formula {
  protected override creatingFormula(): FormulaData {
    return { log: { to: 'json' } };
  }
  protected override creatingStartingTonics(): void {
    new Main();
  }
}

await Ready.run();
