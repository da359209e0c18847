import { expect } from 'chai';
import { createHmac } from 'node:crypto';
import { type IncomingHttpHeaders, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Formula, type FormulaData } from 'tasktonic';
import { WebhookSender } from '../../examples/webhooks/webhook-sender.js';
import { onRealSockets } from '../support/stage.js';

interface Heard {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe('the sender of webhooks', () => {
  onRealSockets('the receiver is a server of node:http');
  let receiver: Server;
  const heard: Heard[] = [];
  let answers: number[];

  before(async () => {
    receiver = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        heard.push({ headers: request.headers, body });
        response.writeHead(answers.shift() ?? 202, { 'Retry-After': '0' }).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  });
  after(() => receiver.close());
  beforeEach(() => {
    heard.length = 0;
    answers = [];
  });
  afterEach(() => (process.exitCode = undefined));

  async function send(...events: string[]): Promise<void> {
    const { port } = receiver.address() as AddressInfo;
    class App extends Formula {
      protected override creatingFormula(): FormulaData {
        return { shutdown: { signals: false }, log: { to: 'off' } };
      }
      protected override creatingStartingTonics(): void {
        new WebhookSender(`http://127.0.0.1:${port}/hooks`, 'secret', events);
      }
    }
    await App.run();
  }

  it('tells each event, with a signature of its bytes and a key of its own', async () => {
    await send('{"n":1}', '{"n":"é"}');
    expect(heard.map(({ body }) => body)).to.have.members(['{"n":1}', '{"n":"é"}']);
    for (const { headers, body } of heard)
      expect(headers['x-signature']).to.equal(`sha256=${createHmac('sha256', 'secret').update(body).digest('hex')}`);
    expect(new Set(heard.map(({ headers }) => headers['idempotency-key'])).size).to.equal(2);
    expect(process.exitCode).to.equal(undefined);
  });

  it('tells it again with the same key while the receiver is away', async function () {
    this.timeout(10_000);
    answers = [503];
    await send('{"n":1}');
    expect(heard.length).to.equal(2);
    expect(heard[0]).to.deep.equal(heard[1]);
  });

  it('ends with the exit code 1 where it was not taken', async () => {
    answers = [401];
    await send('{"n":1}');
    expect([heard.length, process.exitCode]).to.deep.equal([1, 1]);
  });
});
