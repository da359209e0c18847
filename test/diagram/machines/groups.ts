import { TcpConnection } from '../../../src/index.js';

class Base extends TcpConnection {
  ttsc__close(): void {
    this.toState(undefined);
  }
}

export class Mail extends Base.with({
  states: ['greeting', 'ready', 'envelope', 'body'],
  groups: { command: ['ready', 'envelope'], late: ['envelope', 'body'] },
}) {
  static override readonly stateTimeouts = { command: 300_000, body: 180_000 };

  ttsc_greeting__hello(): void {
    this.toState('ready');
  }
  ttsc_command__reset(): void {
    this.toState('ready');
  }
  ttsc_ready__from(): void {
    this.toState('envelope');
  }
  ttsc_late__reset(): void {
    this.toState('greeting');
  }
  ttsc_envelope__data(): void {
    this.toState('body');
  }
  ttse_command__onStateTimeout(): void {
    this.toState('greeting');
  }
  ttse_body__onStateTimeout(): void {
    this.toState('ready');
  }
}
