// Runs one Tonic in a Formula that logs nothing.
import { Formula } from '../servers/tasktonic.mjs';

/**
 * @param {new () => object} Main
 * @param {object} [configuration]
 */
export function runAlone(Main, configuration) {
  class App extends Formula {
    creatingFormula() {
      return { log: { to: 'off' }, ...configuration };
    }

    creatingStartingTonics() {
      new Main();
    }
  }
  return App.run();
}
