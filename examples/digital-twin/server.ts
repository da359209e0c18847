// The twin of a house: `node dist/examples/digital-twin/server.js --help`.
import { parseArgs } from 'node:util';
import type { Terminal } from './screen.js';
import { DigitalTwin, type TwinOptions } from './twin.js';

const HELP = `Devices report by UDP, what they tell lies in a Store, and fans go on where it is too warm.

  --host ADDRESS    where to listen                     (default 127.0.0.1)
  --port NUMBER     0 takes a free one                  (default 7011)
  --directory PATH  keeps it there, over kill -9 as well (default: nowhere)
  --limit DEGREES   above it the fans of a room go on   (default: as it was kept, or 25)
  --mqtt URL        devices of this broker, too, such as mqtt://localhost (needs the package mqtt)
  --web PORT        a live page there, such as 8080    (needs the package ws)
  --help            shows this

A report is a datagram such as {"device":"t1","kind":"thermometer","room":"kitchen","value":21.5}:
In a shell:
  echo '{"device":"f1","kind":"fan","room":"kitchen"}' | socat -t 60 - UDP:127.0.0.1:7011
By MQTT it is a message at twin/report/t1; a fan hears at twin/on/f1, and twin/limit sets the limit.
`;

const options = readOptions();
if (options !== undefined) await DigitalTwin.run(options);

function readOptions(): TwinOptions | undefined {
  try {
    const { values } = parseArgs({
      options: {
        host: { type: 'string', default: '127.0.0.1' },
        port: { type: 'string', default: '7011' },
        directory: { type: 'string' },
        limit: { type: 'string' },
        mqtt: { type: 'string' },
        web: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(HELP);
      return undefined;
    }
    const { host, directory, mqtt } = values;
    return {
      host,
      port: numberOf('port', values.port, 0, 65_535),
      directory,
      mqtt,
      web: values.web === undefined ? undefined : numberOf('web', values.web, 0, 65_535),
      limit: values.limit === undefined ? undefined : numberOf('limit', values.limit, -100, 1_000),
      terminal: terminal(),
    };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    process.exitCode = 2;
    return undefined;
  }
}

function numberOf(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most) return value;
  throw new Error(`--${name} ${text}: give a number from ${least} to ${most}`);
}

function terminal(): Terminal {
  const { stdout } = process;
  return {
    get size() {
      return stdout.isTTY ? { rows: stdout.rows || 24, columns: stdout.columns || 80 } : undefined;
    },
    write: (text) => void stdout.write(text),
  };
}
