// Says hello over HTTP: `node dist/examples/hello-http/main.js`, then `curl localhost:8080`; `--help` shows more.
import { parseArgs } from 'node:util';
import { Formula } from 'tasktonic';
import { HttpServer } from 'tasktonic/http';
import { SERVING_HELP, SERVING_OPTIONS, type Serving, servings } from '../shared/serving.js';
import { sayHello } from './handler.js';
import { Hello, WEB_SOCKETS } from './hello.js';

const HELP = `Says hello at /, /json and /stream, and echoes what WebSockets at /ws send, until SIGINT or SIGTERM.

  --host ADDRESS         where to listen           (default 127.0.0.1)
  --port NUMBER          0 takes a free one        (default 8080)
${SERVING_HELP}  --handler              answers by a (request, response) function, not by sparkles
  --help                 shows this
`;

class HelloFormula extends Formula {
  constructor(
    private readonly places: readonly Serving[],
    private readonly byHandler: boolean,
  ) {
    super();
  }

  protected override creatingStartingTonics(): void {
    for (const place of this.places) {
      if (this.byHandler) new HttpServer({ ...place, handler: sayHello, webSockets: WEB_SOCKETS });
      else new Hello({ ...place, webSockets: WEB_SOCKETS });
    }
  }
}

const options = readOptions();
if (options !== undefined) await HelloFormula.run(...options);

function readOptions(): [places: readonly Serving[], byHandler: boolean] | undefined {
  try {
    const { values } = parseArgs({
      options: { ...SERVING_OPTIONS, handler: { type: 'boolean' }, help: { type: 'boolean' } },
    });
    if (values.help !== true) return [servings(values, { host: '127.0.0.1', port: 8080 }), values.handler === true];
    console.log(HELP);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    process.exitCode = 2;
  }
  return undefined;
}
