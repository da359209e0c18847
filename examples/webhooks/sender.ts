// Sends webhooks: `WEBHOOK_SECRET=... node dist/examples/webhooks/sender.js URL JSON...`; `--help` shows more.
import { parseArgs } from 'node:util';
import { Formula } from 'tasktonic';
import { WebhookSender } from './webhook-sender.js';

const HELP = `Sends webhooks to a URL, signed with the secret WEBHOOK_SECRET: each JSON is one. The exit code is 1 where one was not taken.

  sender.js http://127.0.0.1:8081/hooks '{"door":"open"}' '{"door":"closed"}'

  --help  shows this
`;

interface Sending {
  readonly url: string;
  readonly secret: string;
  readonly events: readonly string[];
}

class SenderFormula extends Formula {
  constructor(private readonly sending: Sending) {
    super();
  }

  protected override creatingStartingTonics(): void {
    const { url, secret, events } = this.sending;
    new WebhookSender(url, secret, events);
  }
}

const sending = readSending();
if (sending !== undefined) await SenderFormula.run(sending);

function readSending(): Sending | undefined {
  try {
    const { values, positionals } = parseArgs({ options: { help: { type: 'boolean' } }, allowPositionals: true });
    const [url = '', ...events] = positionals;
    const { WEBHOOK_SECRET: secret = '' } = process.env;
    if (values.help !== true) {
      if (!/^https?:\/\/./.test(url)) throw new Error('give the URL first');
      if (events.length === 0) throw new Error('give at least one event, as JSON');
      for (const event of events) JSON.parse(event);
      if (secret === '') throw new Error('WEBHOOK_SECRET is not set: it is what webhooks are signed with');
      return { url, secret, events };
    }
    console.log(HELP);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    process.exitCode = 2;
  }
  return undefined;
}
