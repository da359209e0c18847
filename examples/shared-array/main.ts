// One big array for several threads: `node dist/examples/shared-array/main.js --help`.
import { parseArgs } from 'node:util';
import { Formula, type FormulaData } from 'tasktonic';
import { ArrayApp } from './array-app.js';

const HELP = `Threads fill, sort and sum one array that they share, each a part of it; then it is shared, copied and moved to one.

  --mib NUMBER  how large it is  (default 64)
  --help        shows this
`;

class ArrayFormula extends Formula {
  constructor(private readonly mib: number) {
    super();
  }

  protected override creatingFormula(): FormulaData {
    return { project: { name: 'shared-array' }, log: { level: 'warn' } };
  }

  protected override creatingStartingTonics(): void {
    new ArrayApp(this.mib);
  }
}

const mib = readSize();
if (mib !== undefined) await ArrayFormula.run(mib);

function readSize(): number | undefined {
  try {
    const { values } = parseArgs({
      options: { mib: { type: 'string', default: '64' }, help: { type: 'boolean', default: false } },
    });
    if (values.help) {
      console.log(HELP);
      return undefined;
    }
    const size = Number(values.mib);
    if (Number.isInteger(size) && size >= 1 && size <= 1_024) return size;
    throw new Error(`--mib ${values.mib}: give a whole number from 1 to 1024`);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    process.exitCode = 2;
    return undefined;
  }
}
