import { execFile, spawnSync } from 'node:child_process';
import { Formula, type FormulaData, type ListenInfo, type Tonic } from 'tasktonic';

/** Where this machine has not that program, prints so and skips the tests. */
export function needsProgram(running: Mocha.Context, program: string): void {
  if (spawnSync(program, ['--version']).error === undefined) return;
  console.log(`      skipped: this machine has no ${program}`);
  running.skip();
}

/** What a program prints when it is given that; what it writes to stderr too, whatever its exit code. */
export async function printed(program: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { timeout: 15_000 }, (_error, stdout, stderr) => resolve(stdout + stderr));
    child.stdin?.on('error', () => {}).end(input);
  });
}

/** A server of an example, on the machine's own network. */
export class Served {
  private constructor(
    readonly port: number,
    private readonly server: Tonic,
    private readonly run: Promise<unknown>,
  ) {}

  /** @param make makes the server, which calls what it is given when it listens. */
  static async start(make: (listening: (info: ListenInfo) => void) => Tonic): Promise<Served> {
    return new Promise((resolve, reject) => {
      let server: Tonic;
      class App extends Formula {
        protected override creatingFormula(): FormulaData {
          return { log: { to: 'off' }, shutdown: { signals: false } };
        }
        protected override creatingStartingTonics(): void {
          server = make(({ port }) => resolve(new Served(port, server, run)));
        }
      }
      const run: Promise<unknown> = App.run();
      run.catch(reject);
    });
  }

  async end(): Promise<void> {
    this.server.ttsc__finish();
    await this.run;
  }
}
