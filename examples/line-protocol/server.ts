// A server for notes: `node dist/examples/line-protocol/server.js [port]`, then `socat - TCP:127.0.0.1:7010`; `--help` shows more.
import { parseArgs } from 'node:util';
import { Formula } from 'tasktonic';
import { SERVING_HELP, SERVING_OPTIONS, type Serving, servings } from '../shared/serving.js';
import { NoteServer } from './note-server.js';

const HELP = `Keeps notes, until SIGINT or SIGTERM. With --cert, TLS may begin with the connection, or with STARTTLS.

  --host ADDRESS         where to listen           (default 127.0.0.1)
  --port NUMBER          0 takes a free one        (default 7010)
${SERVING_HELP}  --help                 shows this
`;

/** It speaks first: so one who says nothing at the door is soon taken for a plain peer, and greeted. */
const DEFAULTS = { host: '127.0.0.1', port: 7010, tls: { mode: 'either' }, handshakeTimeout: 2_000 } as const;

class NoteFormula extends Formula {
  constructor(private readonly places: readonly Serving[]) {
    super();
  }

  protected override creatingStartingTonics(): void {
    new NoteServer({ places: this.places });
  }
}

const places = readPlaces();
if (places !== undefined) await NoteFormula.run(places);

function readPlaces(): readonly Serving[] | undefined {
  try {
    const { values, positionals } = parseArgs({
      options: { ...SERVING_OPTIONS, help: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    if (!values.help) return servings({ ...values, port: values.port ?? positionals[0] }, DEFAULTS);
    console.log(HELP);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    process.exitCode = 2;
  }
  return undefined;
}
