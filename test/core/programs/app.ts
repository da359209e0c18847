import { Catalyst, Formula, type FormulaData, Tonic } from '../../../src/index.js';

// An app for the tests of processes. Its argument says how it behaves; it says "ready" when it runs, and "after run"
// when run() has resolved.

const [behaviour, log = 'json'] = process.argv.slice(2);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

class Main extends Tonic {
  ttse__onStart(): void {
    if (behaviour === 'throws') throw new Error('boom');
    if (behaviour === 'ends') this.ttsc__finish();
    if (behaviour === 'stays open') {
      setTimeout(() => {}, 1_500);
      this.ttsc__finish();
    }
    if (behaviour === 'throws outside')
      setImmediate(() => {
        throw new Error('outside');
      });
    if (behaviour === 'rejects outside') void Promise.reject(new Error('outside'));
    say('ready');
  }
  ttse__onDraining(): void {
    say('draining');
    if (behaviour !== 'never drains') this.drained();
  }
  ttse__onFinished(): void {
    say('finished');
  }
}

class App extends Formula {
  protected override creatingFormula(): FormulaData {
    const signals = behaviour !== 'ignores signals';
    return { log: { to: log }, shutdown: { signals, grace: 300 } };
  }
  protected override creatingMainCatalyst(): void {
    new Catalyst();
  }
  protected override creatingStartingTonics(): void {
    new Main({ name: 'main', drainTimeout: Infinity });
  }
}

const { exitCode, signal } = await App.run();
say(`after run: ${exitCode} ${signal}`);
