import { expect } from 'chai';
import { TcpConnection, Tonic } from '../../src/index.js';
import { lines } from '../../src/framing/index.js';
import { startApp } from '../support/app.js';
import { startWithPeer } from '../support/fake-peer.js';
import { tidyUp } from '../support/net-app.js';

afterEach(tidyUp);

/** Handlers as their authors wished to write them: each was a bug in a program of a user. */
describe('what is natural to write', () => {
  it('a line is taken apart in a second step, and the next line meets the state that this led to', async () => {
    const heard: string[] = [];
    class Handler extends Tonic.with({ states: ['ready', 'body'] }) {
      ttse__onStart(): void {
        this.toState('ready');
        for (const line of ['DATA', 'text', 'QUIT']) this.ttsc__line(line);
      }
      ttsc__line(line: string): void {
        if (line === 'DATA') this.raise.ttsc__data();
        else heard.push(`unknown command ${line}`);
      }
      ttsc_body__line(line: string): void {
        heard.push(`body: ${line}`);
      }
      ttsc__data(): void {
        heard.push('DATA');
        this.toState('body');
      }
    }
    const app = await startApp(() => new Handler());
    await app.settled();
    expect(heard).to.deep.equal(['DATA', 'body: text', 'body: QUIT']);
  });

  it('an SMTP server reads a whole mail with all its commands from one packet', async () => {
    interface Mail {
      from: string;
      to: string[];
      text: string[];
    }
    const kept: Mail[] = [];
    class Smtp extends TcpConnection.with({
      states: ['ready', 'mail', 'rcpt', 'data', 'leaving'],
      groups: { command: ['ready', 'mail', 'rcpt'], mayNameReader: ['mail', 'rcpt'] },
      framing: lines({ max: 1_000, end: '\r\n' }),
    }) {
      #mail: Mail = { from: '', to: [], text: [] };

      ttse__onConnected(): void {
        this.toState('ready');
        this.sendFrame('220 sink');
      }
      ttse_command__onFrame(line: string): void {
        const [verb = '', ...rest] = line.split(' ');
        const argument = rest.join(' ');
        switch (verb.toUpperCase()) {
          case 'EHLO':
            return void this.sendFrame('250 sink');
          case 'MAIL':
            return this.raise.ttsc__mail(argument);
          case 'RCPT':
            return this.raise.ttsc__rcpt(argument);
          case 'DATA':
            return this.raise.ttsc__data();
          case 'QUIT':
            this.sendFrame('221 bye');
            this.toState('leaving');
            return this.ttsc__close();
          default:
            return void this.sendFrame('502 not implemented');
        }
      }
      ttse_data__onFrame(line: string): void {
        if (line !== '.') return void this.#mail.text.push(line);
        kept.push(this.#mail);
        this.#mail = { from: '', to: [], text: [] };
        this.sendFrame('250 kept');
        this.toState('ready');
      }
      ttsc__mail(_from: string): void {
        this.sendFrame('503 bad sequence');
      }
      ttsc__rcpt(_to: string): void {
        this.sendFrame('503 bad sequence');
      }
      ttsc__data(): void {
        this.sendFrame('503 bad sequence');
      }
      ttsc_ready__mail(from: string): void {
        this.#mail.from = from;
        this.toState('mail');
        this.sendFrame('250 ok');
      }
      ttsc_mayNameReader__rcpt(to: string): void {
        this.#mail.to.push(to);
        this.toState('rcpt');
        this.sendFrame('250 ok');
      }
      ttsc_rcpt__data(): void {
        this.toState('data');
        this.sendFrame('354 go on');
      }
    }
    const { stream, clock } = await startWithPeer(() => new Smtp());
    const mail = ['MAIL FROM:<a>', 'RCPT TO:<b>', 'RCPT TO:<c>', 'DATA', 'QUIT', 'RCPT TO:<d>', '.'];
    stream.receives(['EHLO me', 'DATA', ...mail, ...mail, 'QUIT', ''].join('\r\n'));
    await clock.settled();
    const ofMail = ['250 ok', '250 ok', '250 ok', '354 go on', '250 kept'];
    expect(stream.sent.trim().split('\r\n')).to.deep.equal([
      ...['220 sink', '250 sink', '503 bad sequence'],
      ...ofMail,
      ...ofMail,
      '221 bye',
    ]);
    const one = { from: 'FROM:<a>', to: ['TO:<b>', 'TO:<c>'], text: ['QUIT', 'RCPT TO:<d>'] };
    expect(kept).to.deep.equal([one, one]);
  });
});
