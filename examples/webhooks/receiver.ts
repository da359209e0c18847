// Receives webhooks: `WEBHOOK_SECRET=... node dist/examples/webhooks/receiver.js`; `--help` shows more.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Formula, Tonic } from 'tasktonic';
import { HttpError, type HttpExchange, HttpServer } from 'tasktonic/http';
import { SERVING_HELP, SERVING_OPTIONS, type Serving, servings } from '../shared/serving.js';

const HELP = `Receives webhooks at /hooks, signed with the secret WEBHOOK_SECRET: each has the header X-Signature, "sha256=" and the HMAC of its body in
hexadecimal digits. It answers at once, and works on them afterwards, until SIGINT or SIGTERM.

  --host ADDRESS         where to listen           (default 127.0.0.1)
  --port NUMBER          0 takes a free one        (default 8081)
${SERVING_HELP}  --help                 shows this
`;

/** Works on one webhook after the other, when its turn has come. */
class Worker extends Tonic {
  ttsc__work(hook: unknown): void {
    this.log.info({ hook }, `has worked on ${JSON.stringify(hook)}`);
  }
}

/** Takes webhooks in: who sends one waits for the answer, so that says no more than that it was taken. */
class Receiver extends HttpServer {
  #worker!: Worker;

  constructor(
    place: Serving,
    private readonly secret: string,
  ) {
    super(place);
  }

  ttse__onStart(): void {
    this.#worker = new Worker();
  }

  ttse__onRequest(exchange: HttpExchange): void {
    if (exchange.path !== '/hooks') exchange.fail(new HttpError(404));
    else if (exchange.method !== 'POST') exchange.fail(new HttpError(405, undefined, { headers: { Allow: 'POST' } }));
    else exchange.readBody(this.ttse__onBody, { limit: 65_536 });
  }

  ttse__onBody(body: Buffer, exchange: HttpExchange): void {
    if (!this.#isSigned(body, exchange.headers['x-signature']))
      return exchange.fail(new HttpError(401, 'wrong signature'));
    const hook = jsonOf(body);
    if (hook === undefined) return exchange.fail(new HttpError(400, 'no JSON'));
    this.#worker.ttsc__work(hook);
    return exchange.reply('', { status: 202 });
  }

  /** Of the bytes as they came: JSON that is written again may be others. */
  #isSigned(body: Buffer, given: string | string[] | undefined): boolean {
    const wanted = Buffer.from(`sha256=${createHmac('sha256', this.secret).update(body).digest('hex')}`);
    const signature = Buffer.from(String(given));
    return signature.length === wanted.length && timingSafeEqual(signature, wanted);
  }
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

class ReceiverFormula extends Formula {
  constructor(
    private readonly places: readonly Serving[],
    private readonly secret: string,
  ) {
    super();
  }

  protected override creatingStartingTonics(): void {
    for (const place of this.places) new Receiver(place, this.secret);
  }
}

const options = readOptions();
if (options !== undefined) await ReceiverFormula.run(...options);

function readOptions(): [places: readonly Serving[], secret: string] | undefined {
  try {
    const { values } = parseArgs({ options: { ...SERVING_OPTIONS, help: { type: 'boolean' } } });
    const { WEBHOOK_SECRET: secret = '' } = process.env;
    if (values.help !== true) {
      if (secret === '') throw new Error('WEBHOOK_SECRET is not set: it is what webhooks are signed with');
      return [servings(values, { host: '127.0.0.1', port: 8081 }), secret];
    }
    console.log(HELP);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    process.exitCode = 2;
  }
  return undefined;
}
