// Checked by `tsc -p tsconfig.json`, never run: what the compiler must refuse stands under @ts-expect-error, and all else
// must pass.
/* eslint-disable tasktonic/heard-by-sparkles, tasktonic/no-old-lines, tasktonic/no-unentered-state -- the mistakes are the point */
import { type Answer, type Asked, type Asks, Catalyst, type Question, type Remote, Tonic } from '../../src/index.js';

interface Account {
  readonly owner: string;
}

class Bank extends Catalyst<'open'> {
  static override readonly module: string = import.meta.url;
  ttsc__balance(_account: string, _answer: Answer<number>): void {}
  ttsc__accounts(_answer: Answer<Account[]>): void {}
  ttsc__close(_answer: Answer): void {}
  ttsc__transfer(_from: string, _to: string, _cents: number, _answer: Answer<boolean>): void {}
  ttsc_open__rate(_answer: Answer<number>): void {}
  ttsc__deposit(_cents: number, _answer?: Answer<number>): void {}
  ttsc__noAnswer(_account: string): void {}
  ttsc__notLast(_answer: Answer<number>, _account: string): void {}
  balance(_account: string, _answer: Answer<number>): void {}
}

class Vault extends Tonic {
  static override readonly service = 'vault';
  ttsc__open(_answer: Answer<string>): void {}
  ttsc__close(): void {}
}

class Customer extends Tonic {
  ttse__onBalance(_cents: number, _question: Question): void {}
  ttse__onNumber(_cents: number): void {}
  ttse__onAccounts(_accounts: readonly Account[]): void {}
  ttse__onAnything(_value: unknown): void {}
  ttse__onText(_text: string): void {}
  ttse__onClosed(): void {}
  ttse__onNone(_error: Error, _question: Question): void {}

  ttsc__asks(bank: Bank, remote: Remote<Bank>): void {
    const question: Question = this.ask(bank).ttsc__balance('acc').then(this.ttse__onBalance);
    question.cancel();
    this.ask(remote, { timeout: 2_000 }).ttsc__balance('acc').then(this.ttse__onNumber, this.ttse__onNone);
    this.ask(bank).ttsc__accounts().then(this.ttse__onAccounts);
    this.ask(remote).ttsc__accounts().then(this.ttse__onAnything);
    this.ask(bank).ttsc__close().then(this.ttse__onClosed);
    this.ask(bank).ttsc__transfer('a', 'b', 5).then(this.bind('ttse__onAnything'));
    this.ask(bank).ttsc_open__rate().then(this.ttse__onNumber);
    this.ask(bank).ttsc__deposit(5).then(this.ttse__onNumber);
    this.ask(remote).ttsc__deposit(5).then(this.ttse__onNumber);
    this.ask(bank, { hold: false }).ttsc__balance('acc').then(this.ttse__onNumber);
    remote.ttsc__deposit(5);
    // Of a Remote, a sparkle of some states has its generic name as well.
    this.ask(remote).ttsc__rate().then(this.ttse__onNumber);
    const asks: Asks<Bank> = this.ask(bank);
    const asked: Asked<number> = asks.ttsc__balance('acc');
    asked.then(this.bind('ttse__onNumber'));
    this.ask(this.use(Vault)).ttsc__open().then(this.ttse__onText, this.ttse__onNone);
  }

  ttsc__wrongKeys(bank: Bank, remote: Remote<Bank>): void {
    // @ts-expect-error no such sparkle
    this.ask(bank).ttsc__blance('acc').then(this.ttse__onNumber);
    // @ts-expect-error nor over there
    this.ask(remote).ttsc__blance('acc').then(this.ttse__onNumber);
    // @ts-expect-error a sparkle that answers nobody
    this.ask(bank).ttsc__noAnswer('acc').then(this.ttse__onNumber);
    // @ts-expect-error the Answer must be the last parameter
    this.ask(bank).ttsc__notLast('acc').then(this.ttse__onNumber);
    // @ts-expect-error a method that is no sparkle
    this.ask(bank).balance('acc').then(this.ttse__onNumber);
    // @ts-expect-error nor is the end of a Tonic a question
    this.ask(bank).ttsc__finish().then(this.ttse__onClosed);
    // @ts-expect-error nor what a service does not have
    this.ask(this.use(Vault)).ttsc__close().then(this.ttse__onClosed);
    // @ts-expect-error what is no Tonic is not asked
    this.ask({ ttsc__balance: bank.balance }).ttsc__balance('acc').then(this.ttse__onNumber);
  }

  ttsc__wrongArguments(bank: Bank, remote: Remote<Bank>, answer: Answer): void {
    // @ts-expect-error an argument is missing
    this.ask(bank).ttsc__balance().then(this.ttse__onNumber);
    // @ts-expect-error an argument of the wrong type
    this.ask(remote).ttsc__balance(7).then(this.ttse__onNumber);
    // @ts-expect-error one too many
    this.ask(bank).ttsc__accounts('acc').then(this.ttse__onAccounts);
    // @ts-expect-error an argument is missing where the Answer is optional
    this.ask(bank).ttsc__deposit().then(this.ttse__onNumber);
    // @ts-expect-error the order of the arguments
    this.ask(bank).ttsc__transfer('a', 5, 'b').then(this.ttse__onAnything);
    // @ts-expect-error the Answer is the framework's to give
    this.ask(bank).ttsc__close(answer).then(this.ttse__onClosed);
  }

  ttsc__wrongSparkles(bank: Bank, remote: Remote<Bank>): void {
    // @ts-expect-error it hears a text, and the answer is a number
    this.ask(bank).ttsc__balance('acc').then(this.ttse__onText);
    // @ts-expect-error so it is where the Answer is optional
    this.ask(bank).ttsc__deposit(5).then(this.ttse__onText);
    // @ts-expect-error so it is over there
    this.ask(remote).ttsc__balance('acc').then(this.ttse__onText);
    // @ts-expect-error what hears errors hears an error
    this.ask(bank).ttsc__balance('acc').then(this.ttse__onNumber, this.ttse__onText);
    // @ts-expect-error somebody hears it
    this.ask(bank).ttsc__balance('acc').then();
    // @ts-expect-error an option that does not exist
    this.ask(bank, { timeuot: 1 }).ttsc__balance('acc').then(this.ttse__onNumber);
    // @ts-expect-error who hears that there is no answer is no option
    this.ask(bank, { onError: this.bind('ttse__onNone') })
      .ttsc__balance('acc')
      .then(this.ttse__onNumber);
    // @ts-expect-error only the Tonic itself asks
    bank.ask(this).ttsc__asks();
  }

  ttsc__oldForm(bank: Bank): void {
    // @ts-expect-error it is this.ask(bank).ttsc__balance('acc').then(this.ttse__onNumber) now
    this.ask(bank, 'ttsc__balance', ['acc'], this.bind('ttse__onNumber'));
    // @ts-expect-error so it is with options
    this.ask(bank, 'ttsc__balance', ['acc'], this.bind('ttse__onNumber'), { timeout: 1 });
  }

  async awaits(bank: Bank): Promise<number> {
    // @ts-expect-error a sparkle is synchronous
    return await this.ask(bank).ttsc__balance('acc');
  }

  ttsc__answers(numbers: Answer<number>, nothing: Answer, accounts: Answer<readonly Account[]>): void {
    numbers.give(1);
    nothing.give();
    accounts.give([]);
    numbers.fail(new Error('no'));
    const open: boolean = numbers.open;
    // @ts-expect-error it wants a number
    numbers.give('1');
    // @ts-expect-error it wants something
    numbers.give();
    // @ts-expect-error it wants nothing
    nothing.give(1);
    // @ts-expect-error accounts have an owner
    accounts.give([{ ower: 'x' }]);
    // @ts-expect-error an Answer of another type
    const texts: Answer<string> = numbers;
    void [open, texts];
  }
}

class Timed extends Tonic<'on' | 'off'> {
  ttsc__go(): void {
    this.toState('on', { timeout: 5_000 });
    this.toState('on', { timeout: 5_000, reenter: true });
    this.postpone();
    // @ts-expect-error it is given in ms
    this.toState('on', { timeout: '5 s' });
  }
}

function outside(timed: Timed): void {
  // @ts-expect-error only a Tonic itself postpones
  timed.postpone();
}
void [Customer, outside];
