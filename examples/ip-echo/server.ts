// The IP echo server: `npm start`, or `node dist/examples/ip-echo/server.js --help`.
import { parseArgs } from 'node:util';
import { Formula, type FormulaData } from 'tasktonic';
import { SERVING_HELP, SERVING_OPTIONS, type Serving, servings } from '../shared/serving.js';
import { EchoServer } from './echo.js';

const HELP = `Echoes TCP and UDP on one port, until SIGINT or SIGTERM.

  --host ADDRESS         where to listen           (default 127.0.0.1; :: for everywhere)
  --port NUMBER          0 takes a free one        (default 7007)
${SERVING_HELP}  --log TARGET           screen, json or off       (default screen)
  --help                 shows this
`;

const TARGETS = ['screen', 'json', 'off'] as const;
type Target = (typeof TARGETS)[number];

class EchoFormula extends Formula {
  constructor(
    private readonly places: readonly Serving[],
    private readonly target: Target,
  ) {
    super();
  }

  protected override creatingFormula(): FormulaData {
    return { project: { name: 'ip-echo' }, log: { to: this.target } };
  }

  protected override creatingStartingTonics(): void {
    new EchoServer(this.places);
  }
}

const options = readOptions();
if (options !== undefined) await EchoFormula.run(...options);

function readOptions(): [places: readonly Serving[], target: Target] | undefined {
  try {
    const { values } = parseArgs({
      options: {
        ...SERVING_OPTIONS,
        log: { type: 'string', default: 'screen' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(HELP);
      return undefined;
    }
    const target = TARGETS.find((name) => name === values.log);
    if (target === undefined) throw new Error(`--log ${values.log}: give one of ${TARGETS.join(', ')}`);
    return [servings(values, { host: '127.0.0.1', port: 7007 }), target];
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    process.exitCode = 2;
    return undefined;
  }
}
