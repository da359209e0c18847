// Runs one Tonic in a Formula that logs nothing.
import { Formula } from '../servers/tasktonic.mjs';

/** @param {new () => object} Main */
export function runAlone(Main) {
  class App extends Formula {
    creatingFormula() {
      return { log: { to: 'off' } };
    }

    creatingStartingTonics() {
      new Main();
    }
  }
  return App.run();
}
