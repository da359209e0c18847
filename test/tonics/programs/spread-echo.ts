import { TcpConnection } from '../../../src/index.js';
import { threadId } from 'node:worker_threads';

/** Sends back what comes, with the thread that it runs in; ends that thread when it is told to. */
export class SpreadEcho extends TcpConnection {
  static readonly module = import.meta.url;

  ttse__onData(data: Buffer): void {
    if (data.toString() === 'die') process.exit(7);
    if (data.toString() === 'throw') throw new Error('as asked');
    this.send(`${String(threadId).padStart(4)}:${data.toString()}`);
  }
}
