import { TcpConnection } from '../../../src/index.js';

const STATES = ['greeting', 'mail', 'data'] as const;
const MORE = ['any state', '?'] as const;

export class Mail extends TcpConnection<string> {
  static override readonly states = [...STATES, ...MORE, 'note', 'NOTE'];
  static override readonly prefixes = { ui: (_sparkle: unknown, enqueue: () => void) => enqueue };

  ttse_greeting__onData(): void {
    for (const state of STATES) this.toState(state);
    this.toState('mail');
  }
  ui_mail__click(): void {
    this.toState('note');
  }
  ttsc__reset(): void {
    this.toState('greeting');
  }
  ttsc_note__reset(): void {
    this.toState('NOTE');
  }
  ttsc__anywhere(state: string): void {
    this.toState(state);
  }
}
