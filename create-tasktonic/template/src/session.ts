import { TcpConnection } from 'tasktonic';
import { lines } from 'tasktonic/framing';

/** One client, line by line. It says who it is, and is a guest from then on, who may leave notes and have them read to him. */
export class Session extends TcpConnection.with({ states: ['stranger', 'guest'], framing: lines({ max: 1_000 }) }) {
  #name = '';
  readonly #notes: string[] = [];

  override ttse__onConnected(): void {
    this.toState('stranger');
    this.sendFrame('Who are you?');
  }

  ttse_stranger__onFrame(line: string): void {
    this.#name = line.trim();
    if (this.#name === '') return void this.sendFrame('Who are you?');
    this.sendFrame(`Welcome, ${this.#name}`);
    this.toState('guest');
  }

  ttse_guest__onFrame(line: string): void {
    const [verb = '', ...words] = line.trim().split(' ');
    switch (verb.toLowerCase()) {
      case 'note':
        this.#notes.push(words.join(' '));
        return void this.sendFrame(`${this.#notes.length} kept`);
      case 'read':
        return void this.sendFrame(this.#notes.join('; ') || 'nothing');
      case 'bye':
        this.sendFrame(`Goodbye, ${this.#name}`);
        return this.ttsc__close();
      default:
        return void this.sendFrame('note TEXT, read or bye');
    }
  }
}
