import { lines } from '../../../src/framing/index.js';
import { type SendResult, type SessionEnd, UdpSession } from '../../../src/index.js';

/** Sends back what comes, with the thread that it runs in, and does what it is told. */
export class SpreadSession extends UdpSession {
  static readonly module: string = import.meta.url;
  #drains = false;

  ttse__onData(data: Buffer): void {
    const [word, number] = String(data).split(' ');
    if (word === 'die') process.exit(7);
    if (word === 'throw') throw new Error('as asked');
    if (word === 'pause') return this.ttsc__pause();
    if (word === 'patience') this.setIdleTimeout(Number(number));
    if (word === 'many') return this.#sendMany(Number(number));
    if (word === 'who') return void this.send(JSON.stringify([this.remote, this.local, this.traffic]));
    this.send(`${this.thread} ${String(data)}`);
    if (word === 'close') this.ttsc__close();
    if (word === 'stay') this.#drains = true;
    if (word === 'leave') this.drained();
  }

  /** As many as asked, and then how many of them were refused. */
  #sendMany(count: number): void {
    const results: SendResult[] = [];
    for (let n = 0; n < count; n++) results.push(this.send(`${n}`));
    this.send(`${results.filter((result) => result === 'refused').length} refused`);
  }

  ttse__onDraining(): void {
    if (this.#drains) this.send('draining');
    else this.drained();
  }

  ttse__onDrain(): void {
    this.send('drain');
  }

  ttse__onError(error: unknown): void {
    const { code } = error as { readonly code: string };
    if (code !== 'TT_SEND_REFUSED') this.send(code);
  }

  ttse__onDisconnected({ reason, unheard }: SessionEnd): void {
    this.send(`over: ${reason}, ${unheard} unheard`);
  }
}

/** The same with the lines in datagrams; what is no line nobody hears of. */
export class SpreadFrames extends UdpSession.with({ framing: lines() }) {
  static readonly module = import.meta.url;

  ttse__onFrame(line: string): void {
    this.sendFrame(`${this.thread} ${line}`);
  }
}

/** One that cannot be made. */
export class SpreadFailure extends SpreadSession {
  static override readonly module = import.meta.url;

  constructor() {
    super();
    throw new Error('not in the mood');
  }
}
