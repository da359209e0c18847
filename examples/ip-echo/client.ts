// Talks to the IP echo server and shows the round trips: `node dist/examples/ip-echo/client.js --help`.
import { parseArgs } from 'node:util';
import { Formula, type FormulaData } from 'tasktonic';
import { type PingOptions, Pinger } from './pinger.js';

const HELP = `Sends messages to the echo server, each when the last has come back, and shows a live line.

  --host ADDRESS       (default 127.0.0.1)
  --port NUMBER        (default 7007)
  --udp                datagrams instead of TCP
  --connections COUNT  (default 1)
  --size BYTES         of a message (default 64)
  --seconds NUMBER     how long (default 5)
  --help               shows this
`;

class PingFormula extends Formula {
  constructor(private readonly options: PingOptions) {
    super();
  }

  protected override creatingFormula(): FormulaData {
    return { project: { name: 'ip-echo-client' }, log: { to: 'off' } };
  }

  protected override creatingStartingTonics(): void {
    new Pinger(this.options);
  }
}

const options = readOptions();
if (options !== undefined) await PingFormula.run(options);

function readOptions(): PingOptions | undefined {
  try {
    const { values } = parseArgs({
      options: {
        host: { type: 'string', default: '127.0.0.1' },
        port: { type: 'string', default: '7007' },
        udp: { type: 'boolean', default: false },
        connections: { type: 'string', default: '1' },
        size: { type: 'string', default: '64' },
        seconds: { type: 'string', default: '5' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(HELP);
      return undefined;
    }
    const number = (name: 'port' | 'connections' | 'size' | 'seconds', least: number, most: number): number => {
      const value = Number(values[name]);
      if (value >= least && value <= most) return value;
      throw new Error(`--${name} ${values[name]}: give a number from ${least} to ${most}`);
    };
    return {
      host: values.host,
      port: number('port', 1, 65_535),
      udp: values.udp,
      connections: number('connections', 1, 10_000),
      size: number('size', 1, values.udp ? 65_507 : 16_777_216),
      seconds: number('seconds', 0.1, 86_400),
      live: process.stdout.isTTY,
    };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    process.exitCode = 2;
    return undefined;
  }
}
