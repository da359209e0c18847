import * as v from 'valibot';
import { type ConfigurationSources, Formula, type FormulaData, Tonic } from '../../../src/index.js';

// An app that reads a file, and perhaps reads it again on SIGHUP. It says "ready", and each limit that it hears of.

const [sighup, file] = process.argv.slice(2);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

class Main extends Tonic {
  ttse__onStart(): void {
    say('ready');
  }
  ttse__onConfigurationChanged(): void {
    say(`limit is ${this.config.number('limit')}`);
  }
}

class App extends Formula {
  protected override creatingFormula(): FormulaData {
    return { log: { to: 'off' } };
  }
  protected override creatingConfiguration(): ConfigurationSources {
    const schema = v.object({ limit: v.pipe(v.number(), v.metadata({ reload: true })) });
    return { file: file!, schema, sighup: sighup === 'yes' };
  }
  protected override creatingStartingTonics(): void {
    new Main();
  }
}

await App.run();
say('after run');
