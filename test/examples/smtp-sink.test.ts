import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { expect } from 'chai';
import { createTransport } from 'nodemailer';
import { TcpClient, type TaskTonicError } from 'tasktonic';
import { lines } from 'tasktonic/framing';
import { type Distiller, SeededRandom, explore } from 'tasktonic/testing';
import { type Mail, SmtpConnection } from '../../examples/smtp-sink/smtp-connection.js';
import { SmtpSink } from '../../examples/smtp-sink/smtp-sink.js';
import { needsCommands, runCommand } from '../support/commands.js';
import { howMany } from '../support/how-many.js';
import { onRealSockets } from '../support/stage.js';
import { authority, own } from '../support/tls.js';
import { ExampleApp } from './support/example-app.js';

const mailsOf = ({ mails }: SmtpSink): Mail[] => [...mails.keys()];

describe('the sink for mail', () => {
  onRealSockets('its clients are libraries and programs of others');
  let app: ExampleApp;
  let sink: SmtpSink;
  let shown: string;

  beforeEach(async () => {
    shown = '';
    const place = { host: '127.0.0.1', port: 0, tls: { mode: 'startTls', ...own } } as const;
    app = await ExampleApp.start(() => (sink = new SmtpSink([place], (text) => (shown += text), 100_000)));
  });
  afterEach(async () => app.end());

  /** Says all at once, and gives the codes of the answers when the sink has closed. */
  async function talk(text: string): Promise<string> {
    const peer = connectSocket(app.ports[0]!, '127.0.0.1');
    let heard = '';
    peer.on('data', (data) => (heard += String(data)));
    peer.write(text);
    await once(peer, 'close');
    return [...heard.matchAll(/^(\d{3}) /gm)].map(([, code]) => code).join(' ');
  }

  it('takes what swaks sends, in plain text and under TLS', async function () {
    needsCommands(this, 'swaks');
    for (const tls of [[], ['--tls']]) {
      const to = ['--server', `127.0.0.1:${app.ports[0]!}`, '--from', 'ann@example.org', '--to', 'bob@example.org'];
      const { code, out } = await runCommand('swaks', [...to, '--helo', 'here', '--body', '.dot\n..two', ...tls]);
      expect(code, out).to.equal(0);
    }
    expect(mailsOf(sink).map((mail) => mail.tls)).to.deep.equal([false, true]);
    for (const { from, to, text } of mailsOf(sink)) {
      expect([from, to]).to.deep.equal(['ann@example.org', ['bob@example.org']]);
      expect(text).to.match(/^Date: .*\r\n\r\n\.dot\r\n\.\.two\r\n/s);
    }
    expect(shown).to.include('--- from <ann@example.org> to <bob@example.org> under TLS\n');
  });

  it('takes what nodemailer sends, several mails on a connection', async () => {
    const port = app.ports[0]!;
    const options = {
      host: '127.0.0.1',
      port,
      pool: true,
      maxConnections: 1,
      tls: { ca: authority.cert, servername: 'localhost' },
    };
    const transport = createTransport(options);
    for (const subject of ['one', 'größe'])
      await transport.sendMail({
        from: 'ann@example.org',
        to: ['bob@example.org', 'carl@example.org'],
        subject,
        text: '.\n',
      });
    transport.close();
    expect(mailsOf(sink).map((mail) => [mail.to.length, mail.tls])).to.deep.equal([[2, true], [2, true]]); // prettier-ignore
  });

  it('takes commands that come together, each in the state that the one before it led to', async () => {
    const codes = await talk(
      'EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nQUIT\r\n..\r\n.\r\nMAIL FROM:<>\r\nRSET\r\nRCPT TO:<c@d>\r\nQUIT\r\nNOOP\r\n',
    );
    expect(codes).to.equal('220 250 250 250 354 250 250 250 503 221');
    expect(mailsOf(sink)[0]!.text).to.equal('QUIT\r\n.\r\n');
  });

  it('answers what is wrong, or out of turn, and goes on', async () => {
    const wrong = [
      'MAIL FROM:<a@b>',
      'DATA',
      'STARTTLS',
      'what',
      '',
      'HELO me',
      'RCPT TO:<a@b>',
      'MAIL TO:<a>',
      'MAIL FROM:<a> SIZE=100001',
    ];
    expect(await talk(`${wrong.join('\r\n')}\r\nQUIT\r\n`)).to.equal('220 503 503 503 500 500 250 503 501 552 221');
  });

  it('takes no second mail that a text smuggles in behind a line feed alone', async () => {
    const smuggled = 'x\n.\nMAIL FROM:<evil@b>\nRCPT TO:<c@d>\nDATA\ny\r\n';
    await talk(`HELO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n${smuggled}.\r\nQUIT\r\n`);
    expect(mailsOf(sink).map(({ from, text }) => [from, text])).to.deep.equal([['a@b', smuggled]]);
  });

  it('drops what is too large, and ends who sends a line without end', async () => {
    const mail = `HELO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n${'x'.repeat(998).concat('\r\n').repeat(101)}.\r\n`;
    expect(await talk(`${mail}QUIT\r\n`)).to.equal('220 250 250 250 354 552 221');
    expect(await talk(`NOOP\r\n${'x'.repeat(10_000)}`)).to.equal('220 250 500');
    expect(mailsOf(sink)).to.deep.equal([]);
  });

  it('shows nothing that steers a terminal', async () => {
    await talk(
      'HELO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n\u001b[2Jgr\u00c3\u00bc\u00c3\u009fe\u0007\r\n.\r\nQUIT\r\n',
    );
    expect(shown).to.match(/^--- from .*\n\\x1b\[2Jgr.*\\x07\n---\n$/s);
  });

  it('keeps the newest mails', async () => {
    const mail = (text: string): string => `MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n${text}\r\n.\r\n`;
    const { items } = sink.mails.limits;
    await talk(`HELO a\r\n${mail('old').repeat(items)}${mail('new').repeat(2)}QUIT\r\n`);
    expect(mailsOf(sink)).to.have.lengthOf(items);
    expect(mailsOf(sink).slice(-3).map(({ text }) => text)).to.deep.equal(['old\r\n', 'new\r\n', 'new\r\n']); // prettier-ignore
  });
});

/** Sends mails with all commands of each together, as PIPELINING allows, on one connection. */
class Sender extends TcpClient.with({ framing: lines({ end: '\r\n' }) }) {
  readonly codes: string[] = [];
  constructor(private readonly text: string) {
    super({ name: 'sender', host: 'sink', port: 25 });
  }
  ttse__onConnected(): void {
    const mail = `MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n${this.text}.\r\n`;
    this.send(`EHLO me\r\n${mail}${mail}QUIT\r\n`);
  }
  override ttse__onFrame(line: string): void {
    if (line[3] === ' ') this.codes.push(line.slice(0, 3));
  }
}

/** The bug that is put in on purpose: a command is queued, and not raised, so lines that come with it meet the state before it. */
class Late extends SmtpConnection {
  override ttse_command__onFrame(line: string): void {
    if (line === 'DATA') this.ttsc_rcpt__data();
    else super.ttse_command__onFrame(line);
  }
}
class LateSink extends SmtpSink {
  protected override connection(): SmtpConnection {
    return new Late(this);
  }
}

const takesAll =
  (Kind: typeof SmtpSink) =>
  async (distiller: Distiller): Promise<void> => {
    const random = new SeededRandom(distiller.seed);
    const text = Array.from({ length: random.below(4) }, () => `${'.'.repeat(random.below(3))}x\r\n`).join('');
    const stuffed = text.replace(/^\./gm, '..');
    await distiller.join(() => void new Kind([{ port: 25 }], () => {}), { host: 'sink' });
    await distiller.settle();
    distiller.network.conditions({ latency: 5, split: 'random', loss: 0.02 });
    await distiller.join(() => void new Sender(stuffed), { host: 'sender' });
    const { codes } = distiller.find<Sender>('sender')!;
    await distiller.advance('10s');
    expect(codes.join(' ')).to.equal('220 250 250 250 354 250 250 250 354 250 221');
    expect(mailsOf(distiller.find<SmtpSink>('sink')!).map((mail) => mail.text)).to.deep.equal([text, text]);
  };

describe('the sink for mail on a network that cuts what is sent', () => {
  it('takes every mail as it was sent', async function () {
    this.timeout(60_000);
    const { faults } = await explore({ runs: howMany(10, 300), seed: 1 }, takesAll(SmtpSink));
    expect(faults['split']).to.be.greaterThan(0);
  });

  it('would be found out if a command came behind the lines after it', async function () {
    this.timeout(60_000);
    const error = await explore({ runs: 100, seed: 1 }, takesAll(LateSink)).then(
      () => expect.fail('explore() found nothing'),
      (thrown: TaskTonicError) => thrown,
    );
    expect(error.code).to.equal('TT_EXPLORE_FAILED');
    expect((error.cause as Error).message)
      .to.include(' 503 ')
      .and.to.include(' 354 ');
  });
});
