import { lines } from '../../../src/framing/index.js';
import { TcpConnection } from '../../../src/index.js';

/** Sends back each line, with the thread that it runs in and the address of its peer. */
export class SpreadLines extends TcpConnection.with({ framing: lines() }) {
  static readonly module = import.meta.url;

  ttse__onFrame(line: string): void {
    this.sendFrame(`${this.thread} ${this.remote?.address} ${line}`);
  }
}
