import { Formula, type FormulaData, type Tonic } from 'tasktonic';
import { Heard } from '../../support/heard.js';

/** A server of the examples, in the process of the test and on its sockets. */
export class ExampleApp {
  /** What it has logged, as objects. */
  readonly lines: { readonly msg: string; readonly port?: number }[] = [];
  readonly #heard = new Heard();
  readonly #ended: Promise<unknown>;
  #tonic!: Tonic;

  private constructor(make: () => Tonic) {
    const write = (text: string): void => {
      this.lines.push(JSON.parse(text));
      this.#heard.push('line');
    };
    const begin = (): void => void (this.#tonic = make());
    class App extends Formula {
      protected override creatingFormula(): FormulaData {
        return { log: { to: { write } }, shutdown: { signals: false } };
      }
      protected override creatingStartingTonics(): void {
        begin();
      }
    }
    this.#ended = App.run();
  }

  /** Starts one; resolves when it listens at so many ports. */
  static async start(make: () => Tonic, ports = 1): Promise<ExampleApp> {
    const app = new ExampleApp(make);
    await app.#heard.until(() => app.ports.length >= ports, `${ports} ports`);
    return app;
  }

  /** Where it listens. */
  get ports(): number[] {
    return this.lines.flatMap(({ port }) => port ?? []);
  }

  /** Waits for a line of the log. */
  async logged(text: string): Promise<void> {
    await this.#heard.until(() => this.lines.some(({ msg }) => msg.includes(text)), text);
  }

  async end(): Promise<void> {
    this.#tonic.ttsc__finish();
    await this.#ended;
  }
}
