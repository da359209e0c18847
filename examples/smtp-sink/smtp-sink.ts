import { terminalSafe } from 'tasktonic';
import { BoundedMap } from 'tasktonic/collections';
import { Served } from '../shared/served.js';
import type { Serving } from '../shared/serving.js';
import { type Mail, SmtpConnection } from './smtp-connection.js';

/** Takes mails from everybody for everybody, keeps the newest and shows each. */
export class SmtpSink extends Served {
  /** How long anything may take is said of each state. */
  protected override readonly limits = { maxConnections: 1_000, frameTimeout: false } as const;
  /** The newest mails: where there are more, or more bytes, the oldest ones go. */
  readonly mails = new BoundedMap<Mail, true>({
    items: 1_000,
    bytes: 64 * 1_048_576,
    sizeOf: (_, { text }) => text.length,
    whenFull: 'dropOldest',
  });

  /** @param most how many bytes a mail may have. */
  constructor(
    places: readonly Serving[],
    private readonly show: (text: string) => void,
    readonly most = 10 * 1_048_576,
  ) {
    super(places, 'SMTP', { name: 'sink' });
  }

  protected connection(): SmtpConnection {
    return new SmtpConnection(this);
  }

  ttsc__take(mail: Mail): void {
    this.mails.set(mail, true);
    const to = mail.to.map((one) => `<${one}>`).join(' ');
    const text = Buffer.from(mail.text, 'latin1').toString().replaceAll('\r\n', '\n');
    this.show(terminalSafe(`--- from <${mail.from}> to ${to}${mail.tls ? ' under TLS' : ''}\n${text}---\n`));
  }
}
