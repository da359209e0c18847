// An app whose process ends within a sparkle that has logged: by process.exit() there, or in the onFailure of what it threw.
import { Formula, type FormulaData } from '../../../src/core/formula.js';
import { Tonic } from '../../../src/core/tonic.js';

const [how] = process.argv.slice(2);

class Main extends Tonic {
  ttse__onStart(): void {
    if (how === 'exit') this.ttsc__exit();
    else this.ttsc__fail();
  }
  ttsc__exit(): void {
    this.log.info('the last words');
    process.exit(3);
  }
  ttsc__fail(): void {
    this.log.info('the last words');
    throw new Error('boom');
  }
  ttse__onFailure(): void {
    process.exit(4);
  }
}

class App extends Formula {
  protected override creatingFormula(): FormulaData {
    return { log: { to: 'json', entries: true } };
  }
  protected override creatingStartingTonics(): void {
    new Main();
  }
}

await App.run();
