import { TcpConnection } from 'tasktonic';
import { dotStuffed, lines, readCommand } from 'tasktonic/framing';

/** A mail that was taken. Its head and its body are a character a byte (latin1). */
export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
  readonly tls: boolean;
}

/** Who takes the mails, each of so many bytes at most. */
export interface MailTaker {
  readonly most: number;
  ttsc__take(mail: Mail): void;
}

const MOST_RECIPIENTS = 100;

/**
 * One peer (RFC 5321). Its states are those of the protocol: `greeted` before it has said who it is, `helo` between mails,
 * `mail` when it has said whom a mail is from, `rcpt` when there is somebody whom it is for, and `data` while its text comes.
 * A command is a method of the states in which it may come; in others it is out of turn.
 */
export class SmtpConnection extends TcpConnection.with({
  states: ['greeted', 'helo', 'mail', 'rcpt', 'data'],
  groups: { command: ['greeted', 'helo', 'mail', 'rcpt'], session: ['helo', 'mail', 'rcpt'], open: ['mail', 'rcpt'] },
  framing: lines({ max: 8_192, onTooLong: 'close', end: '\r\n', encoding: 'latin1' }),
}) {
  static override readonly stateTimeouts = { greeted: 60_000, command: 300_000, data: 600_000 };
  #from = '';
  #to: string[] = [];

  constructor(private readonly taker: MailTaker) {
    super();
  }

  ttse__onConnected(): void {
    this.sendFrame('220 smtp-sink takes every mail, and sends none on');
    this.toState('greeted');
  }

  /** A command is raised: it is heard before the next line, which meets the state that it leads to (PIPELINING, RFC 2920). */
  ttse_command__onFrame(line: string): void {
    const verbs = ['helo', 'ehlo', 'starttls', 'mail', 'rcpt', 'data', 'rset', 'noop', 'quit'] as const;
    const command = readCommand(line, verbs);
    if (command === undefined) this.sendFrame('500 there is no such command');
    else this.raise[`ttsc__${command.verb}`](command.rest);
  }

  ttse__onUnheard(): void {
    this.sendFrame('503 it is not the time for that');
  }

  // ---- Commands ----

  ttsc_command__helo(): void {
    this.sendFrame('250 smtp-sink');
    this.toState('helo', { reenter: true });
  }

  ttsc_command__ehlo(): void {
    const tls = this.canStartTls ? ['STARTTLS'] : [];
    for (const line of ['smtp-sink', 'PIPELINING', '8BITMIME', ...tls]) this.sendFrame(`250-${line}`);
    this.sendFrame(`250 SIZE ${this.taker.most}`);
    this.toState('helo', { reenter: true });
  }

  ttsc_session__starttls(): void {
    if (!this.canStartTls) return void this.sendFrame('502 there is no TLS to begin');
    this.sendFrame('220 go on under TLS');
    this.startTls();
    return this.toState('greeted');
  }

  ttsc_helo__mail(path: string): void {
    const [, from, size = '0'] = /^FROM: *<([^<>\s]*)>(?:.* SIZE=(\d+))?/i.exec(path) ?? [];
    if (from === undefined) return void this.sendFrame('501 as MAIL FROM:<ann@example.org>');
    if (Number(size) > this.taker.most) return this.#tooLarge();
    this.#from = from;
    this.#to = [];
    this.sendFrame('250 ok');
    return this.toState('mail');
  }

  ttsc_open__rcpt(path: string): void {
    const [, to] = /^TO: *<([^<>\s]+)>/i.exec(path) ?? [];
    if (to === undefined) return void this.sendFrame('501 as RCPT TO:<bob@example.org>');
    if (this.#to.length >= MOST_RECIPIENTS) return void this.sendFrame('452 these are too many recipients');
    this.#to.push(to);
    this.sendFrame('250 ok');
    return this.toState('rcpt');
  }

  ttsc_rcpt__data(): void {
    this.sendFrame('354 end with a dot on a line by itself');
    this.setFramingOnce(dotStuffed({ max: this.taker.most, encoding: 'latin1' }));
    this.toState('data');
  }

  ttsc_command__rset(): void {
    this.sendFrame('250 ok');
    if (this.state !== 'greeted') this.toState('helo', { reenter: true });
  }

  ttsc_command__noop(): void {
    this.sendFrame('250 ok');
  }

  ttsc_command__quit(): void {
    this.closeWith('221 bye');
  }

  // ---- A mail ----

  ttse_data__onFrame(text: string): void {
    this.taker.ttsc__take({ from: this.#from, to: this.#to, text, tls: this.tls !== undefined });
    this.sendFrame('250 taken');
    this.toState('helo');
  }

  #tooLarge(): void {
    this.sendFrame(`552 a mail has at most ${this.taker.most} bytes`);
  }

  // ---- The end ----

  ttse__onStateTimeout(): void {
    this.closeWith('421 too slow');
  }

  ttse__onError({ code }: { readonly code: string }): void {
    if (code !== 'TT_FRAME_TOO_LONG') return;
    if (this.state !== 'data') return this.closeWith('500 a line is too long');
    this.#tooLarge();
    this.toState('helo');
  }
}
