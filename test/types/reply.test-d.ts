// Checked by `tsc -p tsconfig.json`, never run: what the compiler must refuse stands under @ts-expect-error, and all else
// must pass.
import {
  type Answer,
  Catalyst,
  type Remote,
  type Reply,
  type Responder,
  type SendResult,
  TcpConnection,
} from '../../src/index.js';

class Bank extends Catalyst {
  static override readonly module: string = import.meta.url;
  ttsc__balance(_account: string, _answer: Answer<number>): void {}
  ttsc__name(_account: string, _answer: Answer<string>): void {}
  ttsc__bytes(_answer: Answer<Buffer>): void {}
  ttsc__list(_answer: Answer<string[]>): void {}
  ttsc__serve(_what: string, _reply: Reply): void {}
}

class Desk extends TcpConnection {
  ttse__onBalance(_cents: number): void {}
  ttse__onNone(_error: Error): void {}

  ttsc__answers(bank: Remote<Bank>, rows: Promise<{ id: number }>): void {
    const reply: Reply = this.reply();
    const result: SendResult = reply.send(['a', Buffer.from('b')]);
    reply.needsInput().end(result);

    this.ask(bank).ttsc__name('x').then(this.reply());
    this.ask(bank).ttsc__bytes().then(this.reply());
    this.ask(bank).ttsc__list().then(this.reply());
    // What the answer is, is known to the function.
    this.ask(bank)
      .ttsc__balance('x')
      .then(this.reply().as((cents) => cents.toFixed(2)));
    this.ask(bank)
      .ttsc__balance('x')
      .then(
        this.reply().as(
          (cents) => [cents.toFixed(2), '\n'],
          (error) => error.message,
        ),
      );
    const hears: Responder<number> = this.reply().as((cents: number) => `${cents}`);
    this.ask(bank).ttsc__balance('x').then(hears);

    this.pipe(Promise.resolve('text'), this.reply());
    this.pipe(
      rows,
      this.reply().as((row) => `${row.id}\n`),
      { timeout: 1_000, hold: false },
    );
    // It may be handed on.
    bank.ttsc__serve('x', reply);
  }

  ttsc__wrong(bank: Remote<Bank>, rows: Promise<{ id: number }>): void {
    // @ts-expect-error a number is no bytes
    this.ask(bank).ttsc__balance('x').then(this.reply());
    // @ts-expect-error nor is what the function gives
    this.reply().as((cents: number) => cents);
    // @ts-expect-error another answer
    this.ask(bank).ttsc__balance('x').then(this.reply().as((text: string) => text)); // prettier-ignore
    // @ts-expect-error the reply hears of errors itself
    this.ask(bank).ttsc__name('x').then(this.reply(), this.ttse__onNone);
    // @ts-expect-error a row is no bytes
    this.pipe(rows, this.reply());
    // @ts-expect-error nor is this one's name
    this.pipe(rows, this.reply().as((row) => row.name)); // prettier-ignore
    // @ts-expect-error it is not binary data
    this.reply().send(7);
  }
}
export const users = [Desk];
