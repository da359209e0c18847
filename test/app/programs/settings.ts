import * as v from 'valibot';
import { type ConfigurationSources, Formula, type FormulaData, Tonic } from '../../../src/index.js';

// An app that has settings of its own. Its first argument says how it is started; it says "started" when it has made something.

const [behaviour, ...words] = process.argv.slice(2);

const settings = v.object({
  port: v.pipe(v.number(), v.minValue(1, 'must be 1 or more'), v.description('Where it listens.')),
});
const withHelp = v.object({ ...settings.entries, help: v.optional(v.boolean(), false) });

class Main extends Tonic {
  ttse__onStart(): void {
    process.stdout.write(`started, help is ${String(this.config.get('help'))}\n`);
    this.ttsc__finish();
  }
}

class App extends Formula {
  protected override creatingFormula(): FormulaData {
    return { log: { to: 'off' }, ...(behaviour === 'wrong code' ? { shutdown: { grace: -1 } } : {}) };
  }
  protected override creatingConfiguration(): ConfigurationSources {
    const args = behaviour === 'no command line' || behaviour === 'wrong code' ? false : words;
    return { args, schema: behaviour === 'own help' ? withHelp : args === false ? undefined : settings };
  }
  protected override creatingStartingTonics(): void {
    new Main();
  }
}

if (behaviour === 'hears it itself') process.on('uncaughtException', () => process.stderr.write('heard it myself\n'));
if (behaviour === 'catches') {
  await App.run().catch((error: unknown) => console.error(error));
} else await App.run();
process.stdout.write('after run\n');
