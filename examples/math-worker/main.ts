// Heavy calculations beside a TCP server: `node dist/examples/math-worker/main.js --help`.
import { parseArgs } from 'node:util';
import { Formula, type FormulaData } from 'tasktonic';
import { MathApp, type MathOptions } from './math-app.js';

const HELP = `Counts primes in a thread while the main one answers TCP, and shows how soon it does.

  --below NUMBER          counts the primes below it         (default 10000000)
  --chunked               works some milliseconds at a time: it tells how far it is, and can be cancelled
  --here                  calculates in the main thread, to see the difference
  --cancel-after SECONDS  cancels a calculation that takes longer (with --chunked)
  --seconds NUMBER        ends by itself                     (default: on SIGINT or SIGTERM)
  --port NUMBER           where TCP is echoed; 0 takes a free one (default 0)
  --help                  shows this

On a terminal c cancels (with --chunked), and q or Ctrl-C ends.
`;

class MathFormula extends Formula {
  constructor(private readonly options: MathOptions) {
    super();
  }

  protected override creatingFormula(): FormulaData {
    return { project: { name: 'math-worker' }, log: { level: 'warn' } };
  }

  protected override creatingStartingTonics(): void {
    new MathApp(this.options);
  }
}

const options = readOptions();
if (options !== undefined) await MathFormula.run(options);

function readOptions(): MathOptions | undefined {
  try {
    const { values } = parseArgs({
      options: {
        below: { type: 'string', default: '10000000' },
        chunked: { type: 'boolean', default: false },
        here: { type: 'boolean', default: false },
        'cancel-after': { type: 'string' },
        seconds: { type: 'string' },
        port: { type: 'string', default: '0' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(HELP);
      return undefined;
    }
    const { chunked, here } = values;
    const cancelAfter = numberOf('cancel-after', values['cancel-after'], 0.001, 86_400);
    if (cancelAfter !== undefined && !chunked) throw new Error('--cancel-after needs --chunked');
    return {
      below: numberOf('below', values.below, 2, 2 ** 40)!,
      chunked,
      here,
      cancelAfter,
      seconds: numberOf('seconds', values.seconds, 0.1, 86_400),
      port: numberOf('port', values.port, 0, 65_535)!,
      live: process.stdout.isTTY,
      keys: process.stdout.isTTY && process.stdin.isTTY,
    };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    process.exitCode = 2;
    return undefined;
  }
}

function numberOf(name: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (value >= least && value <= most) return value;
  throw new Error(`--${name} ${text}: give a number from ${least} to ${most}`);
}
