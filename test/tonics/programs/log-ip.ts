// An app that logs to a viewer at a port: 5,000 lines, a flood of 30 MB, for half a second, or until it fails.
import { Formula, type FormulaData, TimerSingleShot, Tonic } from '../../../src/index.js';
import '../../../src/index.js';

const [how, port] = process.argv.slice(2);

class Main extends Tonic {
  ttse__onStart(): void {
    if (how === 'lines') for (let n = 0; n < 5_000; n++) this.log.info(`line ${n}`);
    if (how === 'flood') for (let n = 0; n < 300; n++) this.log.info('x'.repeat(100_000));
    if (how === 'fails') throw new Error('boom');
    if (how === 'patient') new TimerSingleShot({ seconds: 0.5, name: 'enough' });
    else this.ttsc__finish();
  }
  ttse__onEnough(): void {
    this.log.info('enough');
    this.ttsc__finish();
  }
}

class App extends Formula {
  protected override creatingFormula(): FormulaData {
    return {
      log: { to: 'ip', ip: { host: '127.0.0.1', port: Number(port), backlog: 64 * 1024 * 1024 }, closeTimeout: 500 },
    };
  }
  protected override creatingStartingTonics(): void {
    new Main();
  }
}

const before = process.memoryUsage.rss();
await App.run();
process.stdout.write(`${Math.round((process.memoryUsage.rss() - before) / 1024 / 1024)}\n`);
