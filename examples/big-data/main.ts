// A large array in the Store, that threads work on: `node dist/examples/big-data/main.js --help`.
import { parseArgs } from 'node:util';
import { Formula, type FormulaData } from 'tasktonic';
import { BigData } from './app.js';

const HELP = `Threads fill an array that lies in the Store, which shows how far they are; nothing of it is copied.

  --mib NUMBER      how large it is       (default 256)
  --threads NUMBER  how many threads      (default 2)
  --help            shows this
`;

class BigDataFormula extends Formula {
  constructor(
    private readonly mib: number,
    private readonly threads: number,
  ) {
    super();
  }

  protected override creatingFormula(): FormulaData {
    return { project: { name: 'big-data' }, log: { level: 'warn' } };
  }

  protected override creatingStartingTonics(): void {
    new BigData(this.mib, this.threads);
  }
}

const asked = readArguments();
if (asked !== undefined) await BigDataFormula.run(asked.mib, asked.threads);

function readArguments(): { readonly mib: number; readonly threads: number } | undefined {
  try {
    const { values } = parseArgs({
      options: {
        mib: { type: 'string', default: '256' },
        threads: { type: 'string', default: '2' },
        help: { type: 'boolean', default: false },
      },
    });
    if (!values.help)
      return { mib: wholeNumber('mib', values.mib, 1_024), threads: wholeNumber('threads', values.threads, 16) };
    console.log(HELP);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    process.exitCode = 2;
  }
  return undefined;
}

function wholeNumber(name: string, given: string, most: number): number {
  const number = Number(given);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new Error(`--${name} ${given}: give a whole number from 1 to ${most}`);
}
