import { TcpConnection } from 'tasktonic';
import { lines } from 'tasktonic/framing';
import type { Mail } from './mail.js';

/** Who takes the mails. */
export interface MailTaker {
  ttsc__take(mail: Mail): void;
}

const MOST_RECIPIENTS = 100;
/** Each is a sparkle of that name. */
const VERBS = ['helo', 'ehlo', 'mail', 'rcpt', 'data', 'rset', 'starttls'] as const;

/**
 * One peer (RFC 5321). Its states are those of the protocol: `greeted` before it has said who it is, `helo` between mails, `mail` when it has said whom a
 * mail is from, `rcpt` when there is somebody whom it is for, `data` while its text comes, and `leaving`. A command is a method of the states in which it may come.
 */
export class SmtpConnection extends TcpConnection.with({
  states: ['greeted', 'helo', 'mail', 'rcpt', 'data', 'leaving'],
  groups: { command: ['greeted', 'helo', 'mail', 'rcpt'], session: ['helo', 'mail', 'rcpt'], open: ['mail', 'rcpt'] },
  framing: lines({ max: 8_192, onTooLong: 'close', end: '\r\n', encoding: 'latin1' }),
}) {
  static override readonly stateTimeouts = {
    greeted: 60_000,
    helo: 300_000,
    mail: 300_000,
    rcpt: 300_000,
    data: 600_000,
  };
  #from = '';
  #to: string[] = [];
  #text: string[] = [];
  #size = 0;

  /** @param most how many bytes a mail may have. */
  constructor(
    private readonly taker: MailTaker,
    private readonly most: number,
    private readonly offersTls: boolean,
  ) {
    super();
  }

  ttse__onConnected(): void {
    this.#say('220 smtp-sink takes every mail, and sends none on');
    this.toState('greeted');
  }

  /** A command is raised: it is heard before the next line, which meets the state that it leads to. So commands may be sent together (PIPELINING, RFC 2920). */
  ttse_command__onFrame(line: string): void {
    const [, word = '', rest = ''] = /^([a-z]+)(?: (.*))?$/i.exec(line.trimEnd()) ?? [];
    const verb = VERBS.find((one) => one === word.toLowerCase());
    if (verb !== undefined) this.raise[`ttsc__${verb}`](rest);
    else if (/^noop$/i.test(word)) this.#say('250 ok');
    else if (/^quit$/i.test(word)) this.#leave('221 bye');
    else this.#say('500 there is no such command');
  }

  // ---- Commands, in the states in which they may come; elsewhere they are out of turn ----

  ttsc_command__helo(_name: string): void {
    this.#say('250 smtp-sink');
    this.toState('helo', { reenter: true });
  }

  ttsc_command__ehlo(_name: string): void {
    const tls = this.offersTls && this.tls === undefined ? ['STARTTLS'] : [];
    const extensions = ['smtp-sink', 'PIPELINING', '8BITMIME', ...tls];
    this.#say(...extensions.map((one) => `250-${one}`), `250 SIZE ${this.most}`);
    this.toState('helo', { reenter: true });
  }

  ttsc_session__starttls(_nothing: string): void {
    if (!this.offersTls || this.tls !== undefined) return this.#say('502 there is no TLS to begin');
    this.#say('220 go on under TLS');
    this.startTls();
    return this.toState('greeted');
  }

  ttsc_helo__mail(path: string): void {
    const [, from, size = '0'] = /^FROM: *<([^<>\s]*)>(?:.* SIZE=(\d+))?/i.exec(path) ?? [];
    if (from === undefined) return this.#say('501 as MAIL FROM:<ann@example.org>');
    if (Number(size) > this.most) return this.#tooLarge();
    this.#from = from;
    this.#say('250 ok');
    return this.toState('mail');
  }

  ttsc_open__rcpt(path: string): void {
    const [, to] = /^TO: *<([^<>\s]+)>/i.exec(path) ?? [];
    if (to === undefined) return this.#say('501 as RCPT TO:<bob@example.org>');
    if (this.#to.length >= MOST_RECIPIENTS) return this.#say('452 these are too many recipients');
    this.#to.push(to);
    this.#say('250 ok');
    return this.toState('rcpt');
  }

  ttsc_rcpt__data(_nothing: string): void {
    this.#say('354 end with a dot on a line by itself');
    this.toState('data');
  }

  ttsc_session__rset(_nothing: string): void {
    this.#say('250 ok');
    this.toState('helo', { reenter: true });
  }

  ttsc__helo(_name: string): void {}
  ttsc__ehlo(_name: string): void {}
  ttsc__starttls(_nothing: string): void {
    this.#outOfTurn();
  }
  ttsc__mail(_path: string): void {
    this.#outOfTurn();
  }
  ttsc__rcpt(_path: string): void {
    this.#outOfTurn();
  }
  ttsc__data(_nothing: string): void {
    this.#outOfTurn();
  }
  ttsc__rset(_nothing: string): void {
    this.#say('250 ok');
  }

  #outOfTurn(): void {
    this.#say('503 it is not the time for that');
  }

  // ---- A mail ----

  ttse_helo__onEnter(): void {
    this.#to = [];
    this.#text = [];
    this.#size = 0;
  }

  /** A line that begins with a dot has got another one before that (4.5.2). What is beyond the bound is dropped as it comes. */
  ttse_data__onFrame(line: string): void {
    if (line === '.') return this.#end();
    const text = line.startsWith('.') ? line.slice(1) : line;
    this.#size += text.length + 2;
    if (this.#size <= this.most) this.#text.push(`${text}\r\n`);
    return undefined;
  }

  #end(): void {
    if (this.#size > this.most) this.#tooLarge();
    else {
      this.taker.ttsc__take({ from: this.#from, to: this.#to, text: this.#text.join(''), tls: this.tls !== undefined });
      this.#say('250 taken');
    }
    this.toState('helo');
  }

  #tooLarge(): void {
    this.#say(`552 a mail has at most ${this.most} bytes`);
  }

  // ---- The end ----

  ttse__onStateTimeout(): void {
    this.#leave('421 too slow');
  }

  ttse__onError({ code }: { readonly code: string }): void {
    if (code === 'TT_FRAME_TOO_LONG') this.#leave('500 a line is too long');
  }

  #leave(lastWords: string): void {
    this.#say(lastWords);
    this.toState('leaving');
    this.ttsc__close();
  }

  #say(...answer: readonly string[]): void {
    for (const line of answer) this.sendFrame(line);
  }
}
