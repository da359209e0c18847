import { Served } from '../shared/served.js';
import type { Serving } from '../shared/serving.js';
import { type Mail, Mailbox } from './mail.js';
import { SmtpConnection } from './smtp-connection.js';

/** Takes mails from everybody for everybody, keeps the newest and shows each. */
export class SmtpSink extends Served {
  protected override readonly limits = { maxConnections: 1_000 };
  readonly mailbox = new Mailbox();

  /** @param most how many bytes a mail may have. */
  constructor(
    places: readonly Serving[],
    private readonly show: (text: string) => void,
    private readonly most = 10 * 1_048_576,
  ) {
    super(places, 'SMTP', { name: 'sink' });
  }

  protected connection({ tls }: Serving): SmtpConnection {
    return new SmtpConnection(this, this.most, tls !== undefined);
  }

  ttsc__take(mail: Mail): void {
    this.mailbox.add(mail);
    const { from, to, text, tls } = mail;
    // It steers no terminal: what is neither a letter nor a line end is shown as a question mark.
    const shown = Buffer.from(text, 'latin1')
      .toString()
      .replace(/[^\P{C}\n\t]/gu, (one) => (one === '\r' ? '' : '?'));
    this.show(
      `--- from <${from}> to ${to.map((one) => `<${one}>`).join(' ')}${tls ? ' under TLS' : ''}\n${shown}---\n`,
    );
  }
}
