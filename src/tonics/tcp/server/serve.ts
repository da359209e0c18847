import { Formula, type FormulaData, type RunResult } from '../../../app/formula.js';
import { SelectorCatalyst } from '../../../selector/selector-catalyst.js';
import { TcpServer, type TcpServerOptions } from './tcp-server.js';

/**
 * Runs an app that is one TCP server, until it is told to end (SIGTERM, SIGINT): the shortest program.
 *
 * ```ts
 * await serve({ port: 7007, protocol: Echo });
 * ```
 *
 * It is a Formula with one starting Tonic: an app with more in it is written as that.
 *
 * @throws {TaskTonicError} as `Formula.run()` and a TcpServer.
 */
export async function serve(options: TcpServerOptions): Promise<RunResult> {
  return new OneServer(options)._ttRun();
}

class OneServer extends Formula {
  readonly #options: TcpServerOptions;

  constructor(options: TcpServerOptions) {
    super();
    this.#options = options;
  }

  protected override creatingFormula(): FormulaData {
    return { project: { name: 'server' } };
  }

  protected override creatingMainCatalyst(): SelectorCatalyst {
    return new SelectorCatalyst();
  }

  protected override creatingStartingTonics(): void {
    new TcpServer(this.#options);
  }
}
