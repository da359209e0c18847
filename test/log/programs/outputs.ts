import { writeSync } from 'node:fs';
import { Formula, type FormulaData, TimerSingleShot, Tonic } from '../../../src/index.js';
// An app that logs more than its reader takes, and ends in one of several ways. Its arguments: where the log goes, how it ends, how many
// lines, how long its end may wait, and how many bytes. What it has come to, it says on stderr.

const [to = 'json', how = 'end', lines = '2000', closeTimeout = '1000', backlog = '16777216'] = process.argv.slice(2);
const FILLER = 'x'.repeat(500);

class Main extends Tonic {
  ttse__onStart(): void {
    for (let n = 1; n <= Number(lines); n++) this.log.info({ n }, FILLER);
    new TimerSingleShot({ seconds: 0.02, name: 'end' });
  }
  ttse__onEnd(): void {
    this.log.info('the last words');
    writeSync(2, 'said all\n');
    if (how === 'exit') process.exit(3);
    if (how === 'uncaught')
      setImmediate(() => {
        throw new Error('the end');
      });
    if (how === 'end') this.ttsc__finish();
  }
}

class App extends Formula {
  protected override creatingFormula(): FormulaData {
    return { log: { to, closeTimeout: Number(closeTimeout), backlog: Number(backlog) } };
  }
  protected override creatingStartingTonics(): void {
    new Main({ name: 'main' });
  }
}

await App.run();
writeSync(2, 'over\n');
