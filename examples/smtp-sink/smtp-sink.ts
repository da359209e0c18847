import { type ListenInfo, TcpServer, Tonic } from 'tasktonic';
import type { Serving } from '../shared/serving.js';
import { type Mail, Mailbox } from './mail.js';
import { SmtpConnection } from './smtp-connection.js';

/** Takes mails from everybody for everybody, keeps the newest and shows each. */
export class SmtpSink extends Tonic {
  readonly mailbox = new Mailbox();

  /** @param most how many bytes a mail may have. */
  constructor(
    private readonly places: readonly Serving[],
    private readonly show: (text: string) => void,
    private readonly most = 10 * 1_048_576,
  ) {
    super({ name: 'sink' });
  }

  /** What speaks with each peer. */
  protected connection(offersTls: boolean): SmtpConnection {
    return new SmtpConnection(this, this.most, offersTls);
  }

  ttse__onStart(): void {
    for (const place of this.places)
      new TcpServer({ ...place, maxConnections: 1_000, protocol: () => this.connection(place.tls !== undefined) });
  }

  ttse__onListening({ address, port }: ListenInfo): void {
    this.log.info({ port }, `SMTP on ${address} port ${port}`);
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
